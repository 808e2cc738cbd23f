package dev.tollgate.protocols.openai;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.http.ErrorFormat;

/** Errors as chat completions and text completions have them: the platform's own. */
public final class ChatErrors {

    /** The format of a route. */
    public static final ErrorFormat OF_ROUTE = ErrorFormat.PLATFORM;

    private ChatErrors() {}

    /** Writes a failure after the first byte: both signs that clients look for, and nothing after them (protocol 3.4, rule 6). */
    public static void inStream(ApiError error, Utf8Buffer out) {
        inStream(error, false, out);
    }

    /** @param typed whether the data say their type too, as OpenRouter's images have it */
    public static void inStream(ApiError error, boolean typed, Utf8Buffer out) {
        out.raw("event: error\ndata: {");
        if (typed) {
            out.raw("\"type\":\"error\",");
        }
        out.raw("\"error\":{\"code\":").string(error.code().code());
        out.raw(",\"message\":").string(error.message());
        out.raw(",\"type\":").string(error.code().type());
        out.raw(",\"param\":").stringOrNull(error.param()).raw("}}\n\n");
    }
}
