package dev.tollgate.upstreams.media;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.upstreams.media.kinds.MediaName;
import dev.tollgate.upstreams.media.kinds.MediaType;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads from addresses that callers name. The {@link Guard} decides where a connection may go, for the URL and for each redirect. A
 * connection serves one request and carries no credentials or cookies. Compression is not requested; a compressed response is unpacked
 * under the same limits. Thread-safe; blocks.
 */
final class Downloads implements AutoCloseable {

    private static final int OK = 200;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int CONNECT_MILLIS_MAX = 5_000;
    private static final int ADDRESSES_TRIED_MAX = 3;
    private static final int PIECE_BYTES_MAX = 64 * 1024;
    private static final int HEADER_BYTES_MAX = 32 * 1024;

    private static final Logger log = LoggerFactory.getLogger(Downloads.class);

    private final Vertx vertx;
    private final Guard guard;
    private final MediaSpool spool;
    private final MediaLimits limits;
    private final HttpClientAgent client;

    Downloads(Vertx vertx, Guard guard, MediaSpool spool, MediaLimits limits, HttpClientOptions base) {
        this.vertx = vertx;
        this.guard = guard;
        this.spool = spool;
        this.limits = limits;
        this.client = client(vertx, new HttpClientOptions(base), limits);
    }

    private static HttpClientAgent client(Vertx vertx, HttpClientOptions options, MediaLimits limits) {
        options.setProtocolVersion(HttpVersion.HTTP_1_1)
                .setConnectTimeout(CONNECT_MILLIS_MAX)
                .setMaxChunkSize(PIECE_BYTES_MAX)
                .setMaxHeaderSize(HEADER_BYTES_MAX)
                .setDecompressionSupported(false)
                .setKeepAlive(false)
                .setVerifyHost(true);
        PoolOptions pool = new PoolOptions()
                .setHttp1MaxSize(limits.downloadsMax())
                .setMaxWaitQueueSize(limits.downloadsMax() * ADDRESSES_TRIED_MAX);
        return vertx.httpClientBuilder()
                .with(options)
                .with(pool)
                .withConnectHandler(LastBytes::keep)
                .build();
    }

    /**
     * Downloads a media file and determines its type. An interrupted download leaves nothing behind.
     *
     * @param budget of the call, in bytes
     * @return to be released by the caller
     * @throws MediaRefused for every fault outside this server
     */
    Medium get(String accountId, WantedMedium.Remote wanted, CallBudget budget)
            throws MediaRefused, NoRoom, TooMuch, InterruptedException {
        Deadline deadline = new Deadline(limits.time());
        MediaUrl url = MediaUrl.parse(wanted.url());
        String named = null;
        for (int hop = 0; hop <= limits.redirectsMax(); hop++) {
            named = named != null ? named : MediaName.kind(url.target());
            try (Reply reply = ask(accountId, url, deadline)) {
                String location = reply.redirect();
                if (location == null) {
                    return receive(new Receiving(accountId, reply, wanted.said(), named), budget, deadline);
                }
                url = url.resolve(location);
            }
        }
        throw new MediaRefused(
                "could not be downloaded: it was redirected more than %d times.".formatted(limits.redirectsMax()));
    }

    long bytes() {
        return spool.fileBytes() + spool.memoryBytes();
    }

    // ---- one hop ----

    private Reply ask(String accountId, MediaUrl url, Deadline deadline)
            throws MediaRefused, TooMuch, InterruptedException {
        List<InetAddress> addresses = guard.judge(accountId, url, deadline);
        MediaRefused failure = null;
        for (InetAddress address : addresses.subList(0, Math.min(ADDRESSES_TRIED_MAX, addresses.size()))) {
            try {
                return new Reply(url, address, deadline);
            } catch (MediaRefused unreachable) {
                failure = unreachable;
            }
        }
        throw failure == null ? Guard.unreachable() : failure;
    }

    /** Begins a request; if it cannot be sent, it fails as if it had no response. */
    static Future<HttpClientRequest> request(HttpClientAgent client, RequestOptions options) {
        try {
            return client.request(options);
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(e); // a host that the client's own grammar does not take
        }
    }

    /** Returns the options of a request that goes to a judged address, whatever the name would say now; the name stays for Host and the certificate. */
    static RequestOptions options(HttpMethod method, MediaUrl url, InetAddress address) {
        return new RequestOptions()
                .setMethod(method)
                .setServer(SocketAddress.inetSocketAddress(url.port(), MediaUrl.bracketed(address.getHostAddress())))
                .setHost(url.bracketedHost())
                .setPort(url.port())
                .setSsl(url.tls())
                .setURI(url.target())
                .setFollowRedirects(false)
                .putHeader("host", url.authority())
                .putHeader("user-agent", "tollgate");
    }

    /** A response whose body has not been read. Closing it closes the connection. */
    private final class Reply implements AutoCloseable {

        private final AtomicReference<@Nullable HttpClientRequest> request = new AtomicReference<>();
        private volatile boolean closed;
        private final Feed feed;

        Reply(MediaUrl url, InetAddress address, Deadline deadline) throws MediaRefused, InterruptedException {
            Context loop = vertx.getOrCreateContext();
            RequestOptions options = options(HttpMethod.GET, url, address)
                    .putHeader("accept", "*/*")
                    .putHeader("accept-encoding", "identity");
            Future<Feed> answered = request(client, options).compose(connected -> {
                request.set(connected);
                connected.exceptionHandler(Fatal::check);
                if (closed) {
                    return nobodyWants(connected);
                }
                return connected.send().map(response -> new Feed(loop, response));
            });
            try {
                feed = answered.toCompletionStage()
                        .toCompletableFuture()
                        .get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                Fatal.check(e);
                close();
                log.debug("{} could not be reached", url.host(), e.getCause());
                throw Guard.unreachable();
            } catch (TimeoutException e) {
                close();
                throw deadline.passed();
            } catch (InterruptedException e) {
                close();
                throw e;
            }
        }

        /** Closes a download that was cancelled while the connection was being made: a server that never answers would keep it for good. */
        private static Future<Feed> nobodyWants(HttpClientRequest connected) {
            connected.connection().close();
            return Future.failedFuture("the call is over");
        }

        /** @return where to, null if this is the file itself */
        @Nullable
        String redirect() throws MediaRefused {
            int status = feed.response().statusCode();
            String location = header("location");
            if (REDIRECTS.contains(status) && location != null) {
                return location;
            }
            if (status != OK) {
                throw new MediaRefused("could not be downloaded: its server answered %d.".formatted(status));
            }
            return null;
        }

        @Nullable
        String header(String name) {
            return feed.response().getHeader(name);
        }

        byte @Nullable [] next(Deadline deadline) throws MediaRefused, InterruptedException {
            return feed.next(deadline);
        }

        @Override
        public void close() {
            closed = true;
            HttpClientRequest open = request.get();
            if (open != null) {
                open.reset();
            }
        }
    }

    // ---- the body ----

    /** @param named what the names on the way say that it is */
    private record Receiving(
            String accountId,
            Reply reply,
            WantedMedium.Hint said,
            @Nullable String named) {

        String type(FirstBytes head) throws MediaRefused {
            return MediaLabel.ofDownloaded(head.bytes(), reply.header("content-type"), said, named);
        }
    }

    private Medium receive(Receiving receiving, CallBudget budget, Deadline deadline)
            throws MediaRefused, NoRoom, InterruptedException {
        Medium came = asItCame(receiving, budget, deadline);
        String type = receiving.reply().header("content-type");
        return DownloadedText.inUtf8(came, type, () -> new Draft(spool, receiving.accountId()));
    }

    private Medium asItCame(Receiving receiving, CallBudget budget, Deadline deadline)
            throws MediaRefused, NoRoom, InterruptedException {
        Reply reply = receiving.reply();
        requireFits(reply.header("content-length"));
        Draft draft = new Draft(spool, receiving.accountId());
        try {
            Unpacked.Pieces plain = () -> reply.next(deadline);
            if (!Unpacked.isNeeded(reply.header("content-encoding"))) {
                return draft.finish(read(receiving, plain, budget, draft));
            }
            try (Unpacked unpacked = new Unpacked(plain)) {
                return draft.finish(read(receiving, unpacked::next, budget, draft));
            }
        } catch (MediaRefused | NoRoom | InterruptedException | RuntimeException e) {
            draft.discard();
            throw e;
        }
    }

    private void requireFits(@Nullable String length) throws MediaRefused {
        boolean known = length != null && length.matches("[0-9]{1,18}");
        if (known && Long.parseLong(length) > limits.mediumBytesMax()) {
            throw tooLarge();
        }
    }

    private MediaRefused tooLarge() {
        return new MediaRefused("leads to a file of more than %d bytes.".formatted(limits.mediumBytesMax()));
    }

    private String read(Receiving receiving, Unpacked.Pieces pieces, CallBudget budget, Draft draft)
            throws MediaRefused, NoRoom, InterruptedException {
        FirstBytes head = new FirstBytes();
        boolean isTaken = false;
        for (byte[] piece = pieces.next(); piece != null; piece = pieces.next()) {
            if (draft.length() + piece.length > limits.mediumBytesMax()) {
                throw tooLarge();
            }
            budget.take(piece.length);
            head.add(piece);
            if (!isTaken && head.isEnough()) {
                receiving.type(head); // what is not taken need not be downloaded
                isTaken = true;
            }
            draft.write(piece, 0, piece.length);
        }
        if (draft.length() == 0) {
            throw new MediaRefused("leads to a file that holds no bytes.");
        }
        return receiving.type(head); // by more bytes, in which a container's tracks stand
    }

    @Override
    public void close() {
        client.close();
        guard.close();
    }

    /** The first bytes of what comes in pieces. */
    private static final class FirstBytes {

        private final byte[] bytes = new byte[MediaLabel.TRACKS_BYTES];
        private int count;

        void add(byte[] piece) {
            int more = Math.min(piece.length, bytes.length - count);
            System.arraycopy(piece, 0, bytes, count, more);
            count += more;
        }

        boolean isEnough() {
            return count >= MediaType.HEAD_BYTES;
        }

        byte[] bytes() {
            return Arrays.copyOf(bytes, count);
        }
    }
}
