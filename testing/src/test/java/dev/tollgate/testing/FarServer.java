package dev.tollgate.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An upstream on the loopback that answers each request as the test says. Several may run at the same time. */
public final class FarServer implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    /** @param headers by lower-case name */
    public record Request(String method, String path, Map<String, String> headers, String body) {

        public JsonNode json() {
            return JSON.readTree(body);
        }
    }

    /** What comes back. */
    public sealed interface Answer {

        /** The connection ends without a byte. */
        record Nothing() implements Answer {}

        record Whole(int status, Map<String, String> headers, String body) implements Answer {}

        /**
         * @param events the data of each event; taking the next one may wait
         * @param resets whether the connection is cut off after the last
         */
        record Stream(Iterable<String> events, boolean resets) implements Answer {}
    }

    public static Answer whole(int status, String body) {
        return new Answer.Whole(status, Map.of(), body);
    }

    public static Answer events(String... events) {
        return new Answer.Stream(List.of(events), false);
    }

    public static Answer cutOff(String... events) {
        return new Answer.Stream(List.of(events), true);
    }

    /** A whole answer of Gemini's. */
    public static Answer gemini(String text) {
        return events(geminiText(text), geminiEnd(1000, 100));
    }

    public static String geminiText(String text) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"" + text
                + "\"}]},\"index\":0}],\"modelVersion\":\"far\",\"responseId\":\"r\"}";
    }

    public static String geminiEnd(int prompt, int candidates) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"\"}]},\"finishReason\":\"STOP\",\"index\":0}],"
                + "\"usageMetadata\":{\"promptTokenCount\":" + prompt + ",\"candidatesTokenCount\":" + candidates
                + ",\"totalTokenCount\":" + (prompt + candidates) + "},\"modelVersion\":\"far\",\"responseId\":\"r\"}";
    }

    private final ServerSocket socket;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile Function<Request, Answer> script;

    public FarServer(Function<Request, Answer> script) {
        this.script = script;
        try {
            socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public static FarServer saying(String text) {
        return new FarServer(request -> gemini(text));
    }

    public FarServer script(Function<Request, Answer> script) {
        this.script = script;
        return this;
    }

    public FarServer script(Answer answer) {
        return script(request -> answer);
    }

    public String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    public List<Request> requests() {
        return requests;
    }

    public int asked() {
        return requests.size();
    }

    /** Connections that are open now. */
    public int connections() {
        return connections.size();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket peer = socket.accept();
                connections.add(peer);
                Thread.ofVirtual().start(() -> serve(peer));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket peer) {
        try (peer) {
            InputStream in = new BufferedInputStream(peer.getInputStream());
            Request request = read(in);
            while (request != null) {
                requests.add(request);
                if (!write(script.apply(request), peer)) {
                    return;
                }
                request = read(in);
            }
        } catch (IOException over) {
            // the peer has gone
        } finally {
            connections.remove(peer);
        }
    }

    private static Request read(InputStream in) throws IOException {
        String line = line(in);
        if (line.isEmpty()) {
            return null;
        }
        String[] words = line.split(" ");
        Map<String, String> headers = new TreeMap<>();
        for (line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Request(words[0], words[1], headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    /** @return whether the connection goes on */
    private static boolean write(Answer answer, Socket peer) throws IOException {
        OutputStream out = peer.getOutputStream();
        switch (answer) {
            case Answer.Nothing nothing -> {
                return false;
            }
            case Answer.Whole whole -> {
                byte[] body = whole.body().getBytes(StandardCharsets.UTF_8);
                StringBuilder head = new StringBuilder("HTTP/1.1 " + whole.status() + " Status\r\n");
                whole.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
                head.append("content-length: " + body.length + "\r\n\r\n");
                out.write(head.toString().getBytes(StandardCharsets.UTF_8));
                out.write(body);
                return true;
            }
            case Answer.Stream stream -> {
                String head =
                        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
                out.write(head.getBytes(StandardCharsets.UTF_8));
                for (String event : stream.events()) {
                    byte[] data = ("data: " + event + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
                    out.write((Integer.toHexString(data.length) + "\r\n").getBytes(StandardCharsets.UTF_8));
                    out.write(data);
                    out.write("\r\n".getBytes(StandardCharsets.UTF_8));
                }
                if (stream.resets()) {
                    return false;
                }
                out.write("0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                return true;
            }
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket peer : connections) {
                peer.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
