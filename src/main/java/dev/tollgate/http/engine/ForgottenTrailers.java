package dev.tollgate.http.engine;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;

/** The headers behind a chunked body: checked like others, and not kept. */
final class ForgottenTrailers extends EmptyHttpHeaders implements HttpHeadersFactory {

    static final ForgottenTrailers INSTANCE = new ForgottenTrailers();

    private ForgottenTrailers() {}

    @Override
    public HttpHeaders newHeaders() {
        return this;
    }

    @Override
    public HttpHeaders newEmptyHeaders() {
        return this;
    }

    @Override
    public HttpHeaders add(CharSequence name, Object value) {
        if (HttpHeaderValidationUtil.validateToken(name) >= 0
                || HttpHeaderValidationUtil.validateValidHeaderValue((CharSequence) value) >= 0) {
            throw new BadHead("A trailer is no header.");
        }
        return this;
    }
}
