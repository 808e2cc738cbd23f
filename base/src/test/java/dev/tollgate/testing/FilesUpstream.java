package dev.tollgate.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An upstream with a Files API (protocol 1.9) that keeps only the checksum and the size of a file. Its upload URLs name another host, as the
 * URLs of a Gemini behind a proxy do.
 */
public final class FilesUpstream implements AutoCloseable {

    /** A file as it came. */
    public record Uploaded(String name, String mimeType, long bytes, long crc32) {}

    /** A call as it came; the body is null where it was too large to keep. */
    public record Asked(String target, Map<String, String> headers, long bytes, JsonNode body) {}

    private static final JsonMapper JSON = new JsonMapper();
    private static final int BODY_KEPT_MAX = 30_000_000;
    private static final Pattern UPLOAD = Pattern.compile("/upload/v1beta/files\\?upload_id=([0-9]+)&.*");
    private static final Pattern FILE = Pattern.compile("/v1beta/(files/[a-z0-9]+)");
    private static final String ANSWER = """
            data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Seen."}]},"finishReason":"STOP","index":0}],\
            "usageMetadata":{"promptTokenCount":300,"candidatesTokenCount":2,"totalTokenCount":302},"modelVersion":"m","responseId":"r"}

            """;

    private final HandServer server = new HandServer(this::answer);
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Map<String, Session> files = new ConcurrentHashMap<>();
    private final List<Uploaded> uploaded = new CopyOnWriteArrayList<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    /** How often a file is asked for before it is active. */
    public volatile int processingTimes;
    /** Breaks the connection of the next upload after so many bytes; 0: does not. */
    public final AtomicInteger breakAfterBytes = new AtomicInteger();
    /** The state of files once they are processed. */
    public volatile String finalState = "ACTIVE";
    /** Whether the bodies of calls are looked into and kept. */
    public volatile boolean keepBodies = true;
    /** Run by each upload when half of it has come. */
    public volatile Runnable halfway = () -> {};
    /** Held up where not 0, once the bytes have come. */
    public volatile long uploadMillis;

    private static final class Session {
        private final String name;
        private final String mimeType;
        private final long length;
        private final CRC32 checksum = new CRC32();
        private long received;
        private int asked;

        Session(String name, String mimeType, long length) {
            this.name = name;
            this.mimeType = mimeType;
            this.length = length;
        }
    }

    public String url() {
        return server.url();
    }

    public List<Uploaded> uploaded() {
        return uploaded;
    }

    public List<Asked> asked() {
        return asked;
    }

    /** Method and target of each, in order. */
    public List<String> requests() {
        return requests;
    }

    /** The upstream throws all files away. */
    public void loseFiles() {
        files.clear();
    }

    private void answer(HandServer.Request request, OutputStream out) throws IOException, InterruptedException {
        requests.add(request.method() + " " + request.target());
        if (!request.header("x-goog-api-key").equals("upstream-key")) {
            HandServer.reply(out, 403, "", "{}");
            return;
        }
        Matcher upload = UPLOAD.matcher(request.target());
        Matcher file = FILE.matcher(request.target());
        if (request.target().equals("/upload/v1beta/files")) {
            start(request, out);
        } else if (upload.matches()) {
            upload(request, sessions.get(upload.group(1)), out);
        } else if (file.matches()) {
            describe(file.group(1), out);
        } else {
            call(request, out);
        }
    }

    private void start(HandServer.Request request, OutputStream out) throws IOException {
        if (!request.header("x-goog-upload-protocol").equals("resumable")
                || !request.header("x-goog-upload-command").equals("start")) {
            HandServer.reply(out, 400, "", "{}");
            return;
        }
        request.read();
        String id = Integer.toString(ids.incrementAndGet());
        long length = Long.parseLong(request.header("x-goog-upload-header-content-length"));
        sessions.put(id, new Session("files/f" + id, request.header("x-goog-upload-header-content-type"), length));
        HandServer.reply(
                out,
                200,
                "x-goog-upload-status: active\r\nx-goog-upload-url: https://elsewhere.invalid/upload/v1beta/files?upload_id=%s&upload_protocol=resumable\r\n"
                        .formatted(id),
                "");
    }

    private void upload(HandServer.Request request, Session session, OutputStream out)
            throws IOException, InterruptedException {
        if (request.header("x-goog-upload-command").equals("query")) {
            String state = "x-goog-upload-status: active\r\nx-goog-upload-size-received: " + session.received + "\r\n";
            HandServer.reply(out, 200, state, "");
            return;
        }
        if (Long.parseLong(request.header("x-goog-upload-offset")) != session.received) {
            HandServer.reply(out, 400, "", "{}");
            return;
        }
        receive(request.body(), session);
        Thread.sleep(uploadMillis);
        files.put(session.name, session);
        uploaded.add(new Uploaded(session.name, session.mimeType, session.received, session.checksum.getValue()));
        ObjectNode answer = JSON.createObjectNode();
        answer.set("file", described(session));
        HandServer.reply(out, 200, "x-goog-upload-status: final\r\n", answer.toString());
    }

    private void receive(InputStream body, Session session) throws IOException {
        int breakAfter = breakAfterBytes.getAndSet(0);
        byte[] step = new byte[32 * 1024];
        for (int read = body.read(step); read >= 0; read = body.read(step)) {
            session.checksum.update(step, 0, read);
            long before = session.received;
            session.received += read;
            if (before < session.length / 2 && session.received >= session.length / 2) {
                halfway.run();
            }
            if (breakAfter > 0 && session.received >= breakAfter) {
                throw new IOException("broken off");
            }
        }
        if (session.received != session.length) {
            throw new IOException("not as long as was said");
        }
    }

    private void describe(String name, OutputStream out) throws IOException {
        Session session = files.get(name);
        if (session == null) {
            HandServer.reply(out, 403, "", error(403, "PERMISSION_DENIED", notThere(name)));
            return;
        }
        HandServer.reply(out, 200, "", described(session).toString());
    }

    private ObjectNode described(Session session) {
        String state = session.asked++ < processingTimes ? "PROCESSING" : finalState;
        return JSON.createObjectNode()
                .put("name", session.name)
                .put("mimeType", session.mimeType)
                .put("sizeBytes", Long.toString(session.received))
                .put("expirationTime", Instant.now().plusSeconds(48 * 3600).toString())
                .put("uri", "https://generativelanguage.googleapis.com/v1beta/" + session.name)
                .put("state", state);
    }

    private static String notThere(String name) {
        return "You do not have permission to access the File %s or it may not exist."
                .formatted(name.substring("files/".length()));
    }

    private static String error(int code, String status, String message) {
        return "{\"error\":{\"code\":%d,\"message\":\"%s\",\"status\":\"%s\"}}".formatted(code, message, status);
    }

    private void call(HandServer.Request request, OutputStream out) throws IOException {
        long length = Long.parseLong(request.header("content-length"));
        JsonNode body = null;
        if (keepBodies && length <= BODY_KEPT_MAX) {
            body = JSON.readTree(request.read());
        } else {
            request.body().skip(Long.MAX_VALUE);
        }
        asked.add(new Asked(request.target(), request.headers(), length, body));
        String lost = body == null ? null : firstLost(body);
        if (lost != null) {
            HandServer.reply(out, 403, "", error(403, "PERMISSION_DENIED", notThere(lost)));
        } else if (request.target().endsWith(":countTokens")) {
            HandServer.reply(out, 200, "", "{\"totalTokens\":300}");
        } else {
            HandServer.reply(out, 200, "Content-Type: text/event-stream\r\n", ANSWER);
        }
    }

    private String firstLost(JsonNode body) {
        for (JsonNode uri : body.findValues("fileUri")) {
            String name = uri.stringValue().substring("https://generativelanguage.googleapis.com/v1beta/".length());
            if (!files.containsKey(name)) {
                return name;
            }
        }
        return null;
    }

    @Override
    public void close() {
        server.close();
    }
}
