package dev.tollgate.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One answer of an upstream, byte for byte, the request that it answers, and what is to be made of it, streamed and whole. */
record Transcript(String name) {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern ID = Pattern.compile("chatcmpl-[0-9]{23}[0-9A-Za-z]{8}");
    private static final Pattern CREATED = Pattern.compile("\"created\":[0-9]+");
    private static final Pattern CALL_ID = Pattern.compile("call_[0-9A-Za-z]{24}");
    private static final String UPSTREAM = ".upstream.sse";

    /** All there are, by name. */
    static Stream<Transcript> all() {
        try (Stream<Path> files = Files.list(folder())) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(UPSTREAM))
                    .map(name -> new Transcript(name.substring(0, name.length() - UPSTREAM.length())))
                    .sorted((a, b) -> a.name.compareTo(b.name))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] upstream() {
        return read(UPSTREAM);
    }

    String expected(boolean streams) {
        String text = new String(read(streams ? ".expected.sse" : ".expected.json"), StandardCharsets.UTF_8);
        return streams ? text : text.strip();
    }

    String request(boolean streams) {
        ObjectNode request = (ObjectNode) JSON.readTree(read(".request.json"));
        return request.put("stream", streams).toString();
    }

    /** What differs from call to call, made the same: the id, the time, and the ids of tool calls by their order. */
    static String normalised(String answer) {
        String text = ID.matcher(answer).replaceAll("chatcmpl-ID");
        text = CREATED.matcher(text).replaceAll("\"created\":0");
        Map<String, String> calls = new HashMap<>();
        return CALL_ID.matcher(text)
                .replaceAll(id -> calls.computeIfAbsent(id.group(), unseen -> "call_" + (calls.size() + 1)));
    }

    /** Places to cut at: each inside a character or next to a line end, and every {@code step}th besides. */
    List<Integer> cuts(int step) {
        byte[] bytes = upstream();
        return Stream.iterate(1, at -> at < bytes.length, at -> at + 1)
                .filter(at ->
                        at % step == 0 || isContinuation(bytes[at]) || isLineEnd(bytes[at]) || isLineEnd(bytes[at - 1]))
                .toList();
    }

    private static boolean isContinuation(byte b) {
        return (b & 0xc0) == 0x80;
    }

    private static boolean isLineEnd(byte b) {
        return b == '\r' || b == '\n';
    }

    private byte[] read(String ending) {
        try {
            return Files.readAllBytes(folder().resolve(name + ending));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(Transcript.class.getResource("/golden/gemini/calls"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
