package dev.tollgate.sandbox;

import dev.tollgate.sandbox.scripting.Script;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A running sandbox: the Gemini REST protocol on a port of its own, spoken to over real HTTP.
 *
 * <p>Served under {@code /v1beta} and {@code /v1}: {@code models/{m}} with {@code :generateContent}, {@code
 * :streamGenerateContent} ({@code ?alt=sse}, without it one JSON array), {@code :countTokens}, {@code :embedContent} and {@code
 * :batchEmbedContents}, and {@code files} (uploaded to
 * {@code /upload/v1beta/files}); models on the paths of Vertex AI too; and {@code
 * /sandbox}, {@code /sandbox/script}, {@code /sandbox/requests} for tests and people who control it. Every key is valid unless it
 * starts with {@code invalid}; a sandbox with a key of its own takes that one alone, and has no {@code /sandbox}. Safe for any thread.
 */
public final class Sandbox {

    private static final long HEAD_MILLIS_MAX = 10_000;
    private static final int IDLE_SECONDS_MAX = 900; // longer than the longest delay of a script

    private final HttpServer server;
    private final String host;
    private final @Nullable String key;
    private final Desk desk;

    private Sandbox(HttpServer server, SandboxOptions options, Desk desk) {
        this.server = server;
        this.host = options.host();
        this.key = options.key();
        this.desk = desk;
    }

    /** Binds and serves; fails where the port is taken. The caller closes it before {@code vertx}. */
    public static Future<Sandbox> start(Vertx vertx, SandboxOptions options) {
        Desk desk = new Desk(vertx, options);
        HttpServerOptions http = new HttpServerOptions()
                .setHost(options.host())
                .setPort(options.port())
                .setHttp2ClearTextEnabled(false)
                .setMaxHeaderSize(LimitedRequests.HEADER_BYTES_MAX)
                .setIdleTimeout(IDLE_SECONDS_MAX);
        return vertx.createHttpServer(http)
                .connectionHandler(new LimitedRequests.Shared(HEAD_MILLIS_MAX)::limit)
                .requestHandler(desk::handle)
                .listen()
                .map(server -> new Sandbox(server, options, desk));
    }

    public int port() {
        return server.actualPort();
    }

    /** {@code http://127.0.0.1:PORT}, without a version path. */
    public String baseUrl() {
        String literal = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return "http://" + literal + ":" + port();
    }

    /** The one key that it takes; null where any will do. */
    public @Nullable String key() {
        return key;
    }

    /** Stops at once; running answers are cut, and uploaded files removed. */
    public Future<Void> close() {
        return server.close().eventually(() -> desk.files().close());
    }

    /** The last requests, oldest first: as many as the options say, and no more than 64 MiB of bodies. */
    public List<SandboxRequest> requests() {
        return desk.requests();
    }

    /** Returns how many answers were not read to their end because the caller had gone. */
    public long abandonedAnswers() {
        return desk.abandonedAnswers();
    }

    /** Returns the number of bytes that bodies and unsent answers are charged. */
    public long heldBytes() {
        return desk.heldBytes();
    }

    /** Returns the bytes of stored files, including uploads in progress. */
    public long filesBytes() {
        return desk.files().bytes();
    }

    /** Returns the folder of uploaded files; empty if none was uploaded. */
    public Optional<Path> filesFolder() {
        return desk.files().place();
    }

    /** Replaces the script; what is running goes on with the one before. */
    public void script(Script script) {
        desk.script(script);
    }
}
