package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.MessageText;

/** Parameters of a query. */
public final class Parameter {

    private Parameter() {}

    /** Returns a 400 that names a parameter, its value and what is allowed. */
    public static ApiException wrong(String name, String text, String allowed) {
        return ApiError.invalid(
                        name, "'" + name + "' is '" + MessageText.plain(text) + "'; it must be " + allowed + ".")
                .asException();
    }
}
