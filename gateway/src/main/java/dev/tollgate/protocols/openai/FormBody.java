package dev.tollgate.protocols.openai;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.StrictUtf8;
import dev.tollgate.base.memory.Lease;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a body of {@code multipart/form-data} (Y23): its texts become the JSON object that a reader of JSON takes, its files stay where they are.
 * Names with brackets are members and elements: {@code image[]}, {@code image_config[aspect_ratio]}. A body is read once, on one thread.
 */
public final class FormBody {

    /** The most bytes of memory for each byte of a text, until it is read as JSON. */
    private static final long TEXT_TIMES = 8;

    private static final byte[] HEAD_END = latin1("\r\n\r\n");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,19}(\\.[0-9]{1,19})?");

    private final byte[] body;
    private final Set<String> plain;
    private final Lease memory;
    private final ObjectNode texts = JsonNodeFactory.instance.objectNode();
    private final List<File> files = new ArrayList<>();
    private int parts;

    /**
     * A file of the body.
     *
     * @param field without brackets
     * @param type as its part names it, lower case without parameters; null without one
     * @param from its first byte
     * @param to the byte behind its last one
     */
    public record File(String field, @Nullable String type, byte[] body, int from, int to) {

        /** Returns its length in bytes. */
        public int length() {
            return to - from;
        }

        /** Returns the bytes from a place; fewer if they end before. */
        public byte[] at(long place, int length) {
            int begin = (int) Math.min(length(), place);
            return Arrays.copyOfRange(body, from + begin, from + Math.min(length(), begin + length));
        }

        /** Returns its bytes in base64. */
        public String base64() {
            ByteBuffer encoded = Base64.getEncoder().encode(ByteBuffer.wrap(body, from, length()));
            return new String(encoded.array(), 0, encoded.limit(), StandardCharsets.ISO_8859_1);
        }
    }

    /**
     * @param contentType of the body
     * @param plain the fields whose texts are numbers or truth values
     * @param memory charged for the texts
     * @throws ApiException 400 for a body that is no form
     */
    public FormBody(byte[] body, String contentType, Set<String> plain, Lease memory) {
        this.body = body;
        this.plain = plain;
        this.memory = memory;
        read(PartHead.delimiter(contentType));
    }

    /** Returns whether a body is such a form. @param contentType null without one */
    public static boolean isMeantBy(@Nullable String contentType) {
        return contentType != null
                && contentType.strip().toLowerCase(Locale.ROOT).startsWith("multipart/form-data");
    }

    /** Returns the texts as one JSON object. */
    public byte[] json() {
        return texts.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the files, in the order of the body. */
    public List<File> files() {
        return files;
    }

    /** Returns a digest of the texts and the files, in lower-case hex. It does not depend on the boundary. @param digest has the bytes that precede them */
    public String print(MessageDigest digest) {
        digest.update(json());
        for (File file : files) {
            digest.update(("\0" + file.field() + "\0" + file.length() + "\0").getBytes(StandardCharsets.UTF_8));
            digest.update(body, file.from(), file.length());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void read(byte[] delimiter) {
        byte[] first = Arrays.copyOfRange(delimiter, 2, delimiter.length);
        int at = startsAt(first, 0) ? first.length : startsAt(delimiter, 0) ? delimiter.length : -1;
        if (at < 0) {
            throw invalid("The body does not begin with its boundary.");
        }
        while (!startsAt(latin1("--"), at)) {
            if (!startsAt(latin1("\r\n"), at)) {
                throw invalid("A boundary of the body is not followed by a line break.");
            }
            int head = at + 2;
            int content = endOfHead(head);
            int end = find(delimiter, content, body.length);
            if (end < 0) {
                throw invalid("The body ends too early: its last boundary is missing.");
            }
            part(latin1(head, content), Math.min(content + 2, end), end);
            at = end + delimiter.length;
        }
    }

    /** Returns the place of the line break before the content of a part. */
    private int endOfHead(int head) {
        if (startsAt(latin1("\r\n"), head)) {
            return head;
        }
        int end = find(HEAD_END, head, head + PartHead.BYTES_MAX);
        if (end < 0) {
            throw invalid("A part of the body has no end of its head within " + PartHead.BYTES_MAX + " bytes.");
        }
        return end + 2;
    }

    private void part(String head, int from, int to) {
        PartHead part = PartHead.of(++parts, head);
        if (part.isText()) { // OpenAI's client for Java sends files without a name
            text(part.name(), part.inner(), from, to);
        } else {
            files.add(new File(part.name(), part.type(), body, from, to));
        }
    }

    /** @param inner the name in brackets: empty for an element, null without brackets */
    private void text(String name, @Nullable String inner, int from, int to) {
        memory.take(TEXT_TIMES * (to - from));
        byte[] bytes = Arrays.copyOfRange(body, from, to);
        StrictUtf8.check(bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.isEmpty() && plain.contains(name)) {
            return;
        }
        JsonNode value = plain.contains(name) ? plain(text) : JsonNodeFactory.instance.stringNode(text);
        if (inner == null) {
            refuse(texts.has(name), "repeats '" + name + "'");
            texts.set(name, value);
        } else if (inner.isEmpty()) {
            refuse(texts.has(name) && !texts.get(name).isArray(), "repeats '" + name + "'");
            (texts.get(name) instanceof ArrayNode known ? known : texts.putArray(name)).add(value);
        } else {
            refuse(texts.has(name) && !texts.get(name).isObject(), "repeats '" + name + "'");
            ObjectNode members = texts.get(name) instanceof ObjectNode known ? known : texts.putObject(name);
            members.set(inner, value);
        }
    }

    private static JsonNode plain(String text) {
        if (NUMBER.matcher(text).matches()) {
            return text.indexOf('.') < 0
                    ? JsonNodeFactory.instance.numberNode(new BigInteger(text))
                    : JsonNodeFactory.instance.numberNode(new BigDecimal(text));
        }
        return text.equals("true") || text.equals("false")
                ? JsonNodeFactory.instance.booleanNode(Boolean.parseBoolean(text))
                : JsonNodeFactory.instance.stringNode(text);
    }

    /** Returns the place of a run of bytes; -1 if it does not begin before the end. Its first byte is not repeated in it, so that no byte is read twice. */
    private int find(byte[] run, int from, int end) {
        for (int at = from; at < Math.min(end, body.length - run.length + 1); at++) {
            if (body[at] == run[0] && startsAt(run, at)) {
                return at;
            }
        }
        return -1;
    }

    private boolean startsAt(byte[] run, int at) {
        return at + run.length <= body.length && Arrays.equals(body, at, at + run.length, run, 0, run.length);
    }

    private void refuse(boolean isRefused, String why) {
        if (isRefused) {
            throw invalid("Part " + parts + " of the body " + why + ".");
        }
    }

    private static ApiException invalid(String message) {
        return ApiError.invalid(null, message).asException();
    }

    private String latin1(int from, int to) {
        return new String(body, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
