package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;

/** Where Google's clients begin to upload a file, which is not served (D49): said so in the shape that they read. Safe for any thread. */
public final class UploadHandler implements Handler<Object> {

    @Override
    public void handle(Exchange exchange, Object caller) {
        throw ApiError.of(
                        ErrorCode.INVALID_REQUEST,
                        "Files are not kept here: send a file with the request, inline (inlineData) or by an http(s) URL (fileData).")
                .withStatus(404)
                .asException();
    }
}
