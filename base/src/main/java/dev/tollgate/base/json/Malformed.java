package dev.tollgate.base.json;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/** The 400 of a body that is not valid JSON, without an excerpt of it. */
final class Malformed {

    private Malformed() {}

    /** @param context where the parser stopped */
    static ApiException error(JacksonException e, TokenStreamContext context) {
        if (e instanceof UnexpectedEndOfInputException) {
            return ApiError.invalid(null, "The body is not valid JSON: it ends too early.")
                    .asException();
        }
        if (e.getOriginalMessage() != null && e.getOriginalMessage().startsWith("Duplicate")) {
            return JsonBody.invalid(FieldPath.of(context), "is given twice.");
        }
        String what = e instanceof StreamConstraintsException
                ? "The body has a name or a number that is too long, or more than " + JsonBody.TOKENS_MAX + " values"
                : "The body is not valid JSON";
        String where = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        return ApiError.invalid(null, what + where + ".").asException();
    }
}
