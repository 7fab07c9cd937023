/*! GOV.UK Frontend is (c) Crown copyright, MIT licence: https://github.com/alphagov/govuk-frontend */
// The pages work without this. The class names are what GOV.UK Frontend sets in an inline script, which our
// Content-Security-Policy forbids. The build puts the hashed name in place of the import's.
import { initAll } from "./govuk-frontend.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
