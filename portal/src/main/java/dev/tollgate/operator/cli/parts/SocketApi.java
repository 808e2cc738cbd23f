package dev.tollgate.operator.cli.parts;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.UrlText;
import dev.tollgate.operator.admin.AdminApi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The operator's API of the running server, over the control socket in its data folder: a connection for each request. */
public final class SocketApi implements AdminApi {

    private static final Duration ANSWER_TIME = Duration.ofSeconds(40);
    private static final int BYTES_MAX = 1 << 24;
    private static final int HTTP_FAULT = 500;
    private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final Path dataFolder;

    private SocketApi(Path dataFolder) {
        this.dataFolder = dataFolder;
    }

    /** Returns the API; empty if no server of this data folder answers. */
    public static Optional<AdminApi> find(Path dataFolder) {
        Path socket = dataFolder.resolve(ControlSocket.NAME);
        if (!Files.exists(socket)) {
            return Optional.empty();
        }
        if (!Files.isWritable(socket)) {
            throw new ApiException(400, socket + " belongs to another user, as whom this command must be given.");
        }
        SocketApi api = new SocketApi(dataFolder);
        try (SocketChannel _ = api.connect()) {
            return Optional.of(api);
        } catch (IOException e) {
            // Left by a server that was killed.
            return Optional.empty();
        }
    }

    private SocketChannel connect() throws IOException {
        try (ControlPath path = ControlPath.of(dataFolder, ControlSocket.NAME)) {
            return SocketChannel.open(path.address());
        }
    }

    @Override
    public JsonNode ask(String method, String path, Map<String, String> parameters, @Nullable ObjectNode body) {
        byte[] sent = body == null ? new byte[0] : JSON.writeValueAsBytes(body);
        String head = method + " " + target(path, parameters) + " HTTP/1.1\r\nHost: tollgate\r\nConnection: close\r\n"
                + (body == null ? "" : "Content-Type: application/json\r\n")
                + (method.equals("GET") ? "" : "Content-Length: " + sent.length + "\r\n") + "\r\n";
        try {
            return answer(exchange(head.getBytes(StandardCharsets.US_ASCII), sent));
        } catch (IOException e) {
            throw new ApiException(
                    400, "The server has not answered; whether the command was carried out is not known.");
        } catch (JacksonException e) {
            throw new ApiException(400, "The server's answer cannot be read; is it of another version?");
        }
    }

    /** Puts the parameters into the path, and those that it does not name into the query. */
    private static String target(String path, Map<String, String> parameters) {
        String target = path;
        String query = parameters.entrySet().stream()
                .filter(each -> !path.contains("{" + each.getKey() + "}"))
                .map(each ->
                        each.getKey() + "=" + UrlText.encoded(each.getValue()).replace("+", "%20"))
                .collect(Collectors.joining("&"));
        for (Map.Entry<String, String> each : parameters.entrySet()) {
            target = target.replace(
                    "{" + each.getKey() + "}", UrlText.encoded(each.getValue()).replace("+", "%20"));
        }
        return query.isEmpty() ? target : target + "?" + query;
    }

    private byte[] exchange(byte[] head, byte[] body) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (SocketChannel channel = connect()) {
            Thread deadline = Thread.startVirtualThread(() -> closeAfter(channel));
            write(channel, head);
            write(channel, body);
            ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
            while (channel.read(buffer.clear()) >= 0 && answer.size() <= BYTES_MAX) {
                answer.write(buffer.array(), 0, buffer.position());
            }
            deadline.interrupt();
        }
        return answer.toByteArray();
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static void closeAfter(SocketChannel channel) {
        try {
            Thread.sleep(ANSWER_TIME);
            channel.close();
        } catch (InterruptedException | IOException e) {
            // Answered in time, or already closed.
        }
    }

    private static JsonNode answer(byte[] answer) throws IOException {
        int end = 0;
        while (end + HEAD_END.length <= answer.length && !startsBody(answer, end)) {
            end++;
        }
        String head = new String(answer, 0, end, StandardCharsets.ISO_8859_1);
        if (!head.startsWith("HTTP/1.1 ") || end + HEAD_END.length > answer.length) {
            throw new IOException("no whole answer");
        }
        int status = Integer.parseInt(head.substring(9, 12));
        int from = end + HEAD_END.length;
        if (status == HTTP_FAULT) {
            throw new ApiException(400, "The server has failed at this; its log says more.");
        }
        JsonNode json = JSON.readTree(answer, from, answer.length - from);
        if (status >= 400) {
            throw new ApiException(400, json.at("/error/message").asString());
        }
        return json;
    }

    private static boolean startsBody(byte[] answer, int at) {
        for (int i = 0; i < HEAD_END.length; i++) {
            if (answer[at + i] != HEAD_END[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        // Each request has its own connection.
    }
}
