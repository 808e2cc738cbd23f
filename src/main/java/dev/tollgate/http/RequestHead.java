package dev.tollgate.http;

import dev.tollgate.error.ApiError;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be read of a request without its body. Confined to the event loop. */
final class RequestHead {

    private static final int QUERY_PARAMS_MAX = 64;

    private final HttpServerRequest request;
    private @Nullable Map<String, List<String>> query;

    RequestHead(HttpServerRequest request) {
        this.request = request;
    }

    String method() {
        return request.method().name();
    }

    boolean isHead() {
        return HttpMethod.HEAD.equals(request.method());
    }

    /** Without chunks, a stream ends with its connection. */
    boolean isHttp10() {
        return request.version() == HttpVersion.HTTP_1_0;
    }

    @Nullable
    String header(CharSequence name) {
        return request.getHeader(name);
    }

    List<String> headers(String name) {
        return request.headers().getAll(name);
    }

    /** The announced length, -1 for a chunked body, 0 for none. The decoder has refused what is no number. */
    long bytesAnnounced() {
        String length = header(HttpHeaders.CONTENT_LENGTH);
        if (length != null) {
            return Long.parseLong(length);
        }
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) ? -1 : 0;
    }

    @Nullable
    String query(String name) {
        Map<String, List<String>> known = query;
        if (known == null) {
            known = decode(request.query());
            query = known;
        }
        List<String> values = known.get(name);
        return values == null ? null : values.getFirst();
    }

    private static Map<String, List<String>> decode(@Nullable String raw) {
        try {
            return raw == null
                    ? Map.of()
                    : new QueryStringDecoder(raw, StandardCharsets.UTF_8, false, QUERY_PARAMS_MAX).parameters();
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid(null, "The query string has a broken percent-escape.")
                    .asException();
        }
    }

    String remoteAddress(int trustedHops) {
        return RemoteAddress.of(peerAddress(), headers("x-forwarded-for"), trustedHops);
    }

    String peerAddress() {
        return FrontLoop.peer(request.connection());
    }
}
