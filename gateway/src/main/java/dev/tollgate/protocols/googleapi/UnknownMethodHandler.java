package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;

/** {@code POST …/models/{id}} with a method that is not served, in Google's words (protocol 2.3). */
public final class UnknownMethodHandler implements Handler<Object> {

    @Override
    public void handle(Exchange exchange, Object caller) {
        throw ApiError.of(
                        ErrorCode.INVALID_REQUEST,
                        "This method of a model is not served here: generateContent, streamGenerateContent,"
                                + " countTokens, embedContent and batchEmbedContents are.")
                .withStatus(404)
                .asException();
    }
}
