package dev.tollgate.http.exchange;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.http.Exchange;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The facts about a request without its body: its head, its route and its sender. Confined to its event loop. */
abstract class KnownRequest implements Exchange {

    private static final String PLAYGROUND = "/playground/";
    private static final int ROUTE_CHARS_MAX = 100;

    private final FrontParts parts;
    private final Transport transport;
    private final String requestId;
    private final long startedNanos = System.nanoTime();
    private final RequestHead head;
    private final CallerAddress address;
    private Routes.@Nullable Hit hit;
    private String account = "";
    private String key = "";

    KnownRequest(FrontParts parts, Transport transport, RequestHead head, String requestId) {
        this.parts = parts;
        this.transport = transport;
        this.head = head;
        this.requestId = requestId;
        this.address = new CallerAddress(transport, parts, head);
    }

    // ---- the request ----

    @Override
    public String method() {
        return head.method();
    }

    @Override
    public String path() {
        return head.path();
    }

    @Override
    public String target() {
        return head.target();
    }

    @Override
    public @Nullable String header(String name) {
        return head.header(name);
    }

    @Override
    public List<String> headers(String name) {
        return head.headers(name);
    }

    @Override
    public String pathParam(String name) {
        String value = hit == null ? null : hit.params().get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no parameter " + name);
        }
        return value;
    }

    @Override
    public @Nullable String query(String name) {
        List<String> values = head.queries(name);
        return values.isEmpty() ? null : values.getFirst();
    }

    @Override
    public List<String> queries(String name) {
        return head.queries(name);
    }

    @Override
    public String remoteAddress() {
        return address.remote();
    }

    @Override
    public String peerAddress() {
        return address.peer();
    }

    @Override
    public String network() {
        return address.network();
    }

    @Override
    public String wideNetwork() {
        return ForwardedFor.cut(remoteAddress());
    }

    @Override
    public boolean isFromThisMachine() {
        return address.isThisMachine();
    }

    @Override
    public @Nullable String clientCertificate() {
        return transport.certificate();
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public long startedNanos() {
        return startedNanos;
    }

    @Override
    public boolean isOfApi() {
        return parts.routes().isApi(path()) || path().startsWith(PLAYGROUND);
    }

    @Override
    public String routeName() {
        String name = hit == null ? path() : hit.route().path();
        return method() + " " + (name.length() <= ROUTE_CHARS_MAX ? name : name.substring(0, ROUTE_CHARS_MAX));
    }

    @Override
    public String routePattern() {
        return hit == null ? "-" : hit.route().path();
    }

    @Override
    public @Nullable String door() {
        return hit == null ? null : hit.route().door();
    }

    // ---- the caller ----

    @Override
    public void shownKey(String accountId, String keyId) {
        account = accountId;
        key = keyId;
    }

    @Override
    public String callerAccount() {
        return account;
    }

    @Override
    public String callerKey() {
        return key;
    }

    @Override
    public ApiException refuseWrongKey(ApiError refusal) {
        return parts.wrongKeys().count(network(), refusal).asException();
    }

    // ---- for Admission and the response ----

    void found(Routes.Hit route) {
        hit = route;
    }

    /** Returns where it leads; null without a route. */
    Routes.@Nullable Hit hit() {
        return hit;
    }

    void admitted(String account) {
        this.account = account;
    }

    RequestHead requestHead() {
        return head;
    }

    CallerAddress address() {
        return address;
    }

    /** Returns milliseconds since the request's head arrived. */
    public long millis() {
        return TimeUnit.NANOSECONDS.toMillis(nanos());
    }

    long nanos() {
        return System.nanoTime() - startedNanos;
    }

    /** Returns whether the response ends with the connection, where it cannot be chunked. */
    public boolean isHttp10() {
        return head.isHttp10();
    }

    /** Returns whether no body may follow the response's head. */
    public boolean isHead() {
        return head.isHead();
    }
}
