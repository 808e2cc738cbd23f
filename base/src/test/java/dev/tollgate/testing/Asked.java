package dev.tollgate.testing;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.http.HttpLimits;
import dev.tollgate.http.RefusalObserver;
import dev.tollgate.http.RequestObserver;
import dev.tollgate.http.Route;
import dev.tollgate.http.SharedBytes;
import dev.tollgate.http.exchange.Admission;
import dev.tollgate.http.exchange.Aside;
import dev.tollgate.http.exchange.BodyReaders;
import dev.tollgate.http.exchange.ByAddress;
import dev.tollgate.http.exchange.CallerExchange;
import dev.tollgate.http.exchange.Cors;
import dev.tollgate.http.exchange.FrontParts;
import dev.tollgate.http.exchange.Peer;
import dev.tollgate.http.exchange.RequestHead;
import dev.tollgate.http.exchange.ResponseHead;
import dev.tollgate.http.exchange.Routes;
import dev.tollgate.http.exchange.Transport;
import dev.tollgate.http.exchange.WrongKeys;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A request to the routes of a test, without a socket: path, gate, body and handler take their turns as on the server. The thread of the test is
 * the event loop. For one response.
 */
public final class Asked implements Transport {

    /** @param headers names in lower case; several values are joined by a comma */
    public record Answer(int status, Map<String, String> headers, byte[] body) {

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        public String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    private static final long WAIT_SECONDS = 60;
    private static final BodyReaders READERS = new BodyReaders(2, 1);

    private final HttpRequest request;
    private final BlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
    private final Map<String, String> headers = new TreeMap<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private byte[] body = {};
    private Peer peer = Peer.of("127.0.0.1");
    private Set<String> origins = Set.of("*");
    private int status;
    private boolean isEnded;
    private boolean isPaused;
    private boolean isDelivered;
    private CallerExchange exchange;

    private Asked(String method, String target) {
        request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), target);
        header("host", "localhost");
    }

    /** A request without a body. */
    public static Asked of(String method, String target) {
        return new Asked(method, target);
    }

    public static Asked get(String target) {
        return new Asked("GET", target);
    }

    /** A body of announced length. */
    public static Asked post(String target, byte[] body) {
        Asked asked = new Asked("POST", target).header("content-length", Integer.toString(body.length));
        asked.body = body;
        return asked;
    }

    /** A body without an announced length. */
    public static Asked chunked(String target, byte[] body) {
        Asked asked = new Asked("POST", target).header("transfer-encoding", "chunked");
        asked.body = body;
        return asked;
    }

    /** Adds a header of the request. */
    public Asked header(String name, String value) {
        request.headers().add(name, value);
        return this;
    }

    /** Sets the address that it comes from; 127.0.0.1 otherwise. */
    public Asked from(String address) {
        peer = Peer.of(address);
        return this;
    }

    /** Sets the origins that browsers may call from; any otherwise. */
    public Asked origins(String... allowed) {
        origins = Set.of(allowed);
        return this;
    }

    /** Asks these routes, and waits for the end of the response. */
    public Answer at(List<Route<?>> routes) {
        FrontParts parts = new FrontParts(
                new Routes(routes),
                new Cors(origins),
                HttpLimits.defaults(),
                0,
                new MemoryBudget(256 << 20),
                new Aside(READERS, READERS),
                new ByAddress(64),
                new WrongKeys(5, Ticker.systemTicker()),
                () -> false,
                () -> false,
                RefusalObserver.NONE,
                RequestObserver.NONE);
        exchange = new CallerExchange(parts, this, new RequestHead(request), "req_test");
        new Admission(parts).admit(exchange);
        deliver();
        while (!isEnded) {
            turn();
        }
        exchange.finish();
        return new Answer(status, headers, sent.toByteArray());
    }

    /** Asks one route, and waits for the end of the response. */
    public Answer at(Route<?> route) {
        return at(List.of(route));
    }

    private void turn() {
        try {
            Runnable step = loop.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            if (step == null) {
                throw new AssertionError("no response within " + WAIT_SECONDS + " s to " + request.uri());
            }
            step.run();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void deliver() {
        if (!isPaused && !isDelivered) {
            isDelivered = true;
            exchange.take(ByteBuffer.wrap(body), true);
        }
    }

    // ---- as the exchange sees it ----

    @Override
    public int pieceBytes() {
        return 8 * 1024;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public String certificate() {
        return null;
    }

    @Override
    public void chargeHead(String network) {}

    @Override
    public void forgetHead() {}

    @Override
    public void pause() {
        isPaused = true;
    }

    @Override
    public void resume() {
        isPaused = false;
        onLoop(this::deliver);
    }

    @Override
    public void awaitBody(boolean isInvited, Duration time) {}

    @Override
    public String lateBody() {
        return null;
    }

    @Override
    public void send(ResponseHead head, byte[] whole) {
        end(head, whole, whole.length);
    }

    @Override
    public void send(ResponseHead head, SharedBytes whole) {
        byte[] copy = new byte[whole.length()];
        whole.bytes().get(copy);
        send(head, copy);
    }

    @Override
    public void write(ResponseHead head, byte[] bytes, int length) {
        if (head != null) {
            status = head.status();
            head.forEach((name, value) -> headers.merge(name, value, (one, other) -> one + ", " + other));
            if (head.contentType() != null) {
                headers.put("content-type", head.contentType());
            }
        }
        sent.write(bytes, 0, length);
    }

    @Override
    public void end(ResponseHead head, byte[] bytes, int length) {
        write(head, bytes, length);
        isEnded = true;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public boolean isEmpty() {
        return true;
    }

    @Override
    public void reserve(String account) {}

    @Override
    public void release(String account) {}

    @Override
    public void over() {}

    @Override
    public void linger(Duration time) {}

    @Override
    public void cut() {
        isEnded = true;
    }

    @Override
    public void closeOnceWritten() {
        isEnded = true;
    }

    @Override
    public void onLoop(Runnable step) {
        loop.add(step);
    }
}
