package dev.tollgate.http.exchange;

import dev.tollgate.base.error.ApiError;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The head of a request. Confined to the event loop. */
public final class RequestHead {

    private static final int QUERY_PARAMS_MAX = 64;

    /** The second where a proxy before us speaks it. */
    private static final List<String> SCHEMES = List.of("http://", "https://");

    private final HttpMethod method;
    private final HttpVersion version;
    private final String uri;
    private @Nullable HttpHeaders headers;
    private @Nullable Map<String, List<String>> query;
    private String path = "/";

    public RequestHead(HttpRequest request) {
        this.method = request.method();
        this.version = request.protocolVersion();
        this.uri = request.uri();
        this.headers = request.headers();
    }

    String method() {
        return method.name();
    }

    boolean isHead() {
        return HttpMethod.HEAD.equals(method);
    }

    /** Returns whether the caller speaks HTTP/1.0, which has no chunks: a stream ends with its connection. */
    boolean isHttp10() {
        return version.equals(HttpVersion.HTTP_1_0);
    }

    /** Returns whether the caller may want to ask more on its connection. */
    boolean isKeepAlive() {
        HttpHeaders sent = headers();
        if (sent.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true)) {
            return false;
        }
        return !isHttp10() || sent.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE, true);
    }

    /** A stream has begun: its headers are not needed while it runs. */
    void dropHeaders() {
        headers = null;
    }

    /** @throws IllegalStateException after {@link #dropHeaders} */
    private HttpHeaders headers() {
        HttpHeaders kept = headers;
        if (kept == null) {
            throw new IllegalStateException(
                    "the headers of " + method + " " + rawPath() + " are not kept while its answer runs");
        }
        return kept;
    }

    @Nullable
    String header(CharSequence name) {
        return headers().get(name);
    }

    List<String> headers(String name) {
        return headers().getAll(name);
    }

    boolean isRepeated(CharSequence name) {
        Iterator<String> values = headers().valueStringIterator(name);
        if (!values.hasNext()) {
            return false;
        }
        values.next();
        return values.hasNext();
    }

    /** The announced length, -1 for a chunked body, 0 for none. The decoder has refused what is no number. */
    long bytesAnnounced() {
        String length = header(HttpHeaderNames.CONTENT_LENGTH);
        if (length != null) {
            return Long.parseLong(length);
        }
        return headers().contains(HttpHeaderNames.TRANSFER_ENCODING) ? -1 : 0;
    }

    /** Sets {@link #path}. @throws dev.tollgate.base.error.ApiException 400 for a path that cannot be decoded */
    void decodePath() {
        path = RequestPath.decode(rawPath());
    }

    /** Returns the decoded path; "/" until it is decoded. */
    String path() {
        return path;
    }

    /** Returns the path as sent, without the query and without a host before it. */
    String rawPath() {
        String target = uri;
        int begin = target.startsWith("/") ? 0 : afterHost(target);
        int end = target.indexOf('?', begin);
        return target.substring(begin, end < 0 ? target.length() : end);
    }

    /** Returns the path with the query. */
    String target() {
        String target = uri;
        return target.startsWith("/") ? target : target.substring(afterHost(target));
    }

    /** Returns whether a target is a path, a URL with a supported scheme, or {@code *} for the whole server. */
    public static boolean isTarget(String target) {
        return target.startsWith("/") || target.equals("*") || authority(target) > 0;
    }

    /**
     * Returns whether a target that is a URL names the host of the {@code Host} header. A path has no host of its own, so it always does.
     * Letters have no case, and the scheme's own port is the same as none.
     */
    public static boolean isOfHost(String target, String host) {
        int at = authority(target);
        if (at == 0) {
            return true;
        }
        String port = at == SCHEMES.getFirst().length() ? ":80" : ":443";
        return withoutPort(target.substring(at, afterHost(target)), port).equalsIgnoreCase(withoutPort(host, port));
    }

    private static String withoutPort(String host, String port) {
        return host.endsWith(port) ? host.substring(0, host.length() - port.length()) : host;
    }

    /** Returns where the host of a URL begins; 0 for another target. */
    private static int authority(String target) {
        for (String scheme : SCHEMES) {
            if (target.regionMatches(true, 0, scheme, 0, scheme.length())) {
                return scheme.length();
            }
        }
        return 0;
    }

    private static int afterHost(String target) {
        int at = authority(target);
        while (at > 0 && at < target.length() && target.charAt(at) != '/' && target.charAt(at) != '?') {
            at++;
        }
        return at;
    }

    List<String> queries(String name) {
        Map<String, List<String>> known = query;
        if (known == null) {
            known = decode(uri);
            query = known;
        }
        return known.getOrDefault(name, List.of());
    }

    private static Map<String, List<String>> decode(String target) {
        int begin = target.indexOf('?') + 1;
        if (target.indexOf("%00", begin)
                >= 0) { // PostgreSQL takes none in a text: its refusal would look like a store in trouble
            throw ApiError.invalid(null, "The query string has a NUL (%00).").asException();
        }
        try {
            return begin == 0
                    ? Map.of()
                    : new QueryStringDecoder(target.substring(begin), StandardCharsets.UTF_8, false, QUERY_PARAMS_MAX)
                            .parameters();
        } catch (IllegalArgumentException e) {
            throw ApiError.invalid(null, "The query string has a broken percent-escape.")
                    .asException();
        }
    }
}
