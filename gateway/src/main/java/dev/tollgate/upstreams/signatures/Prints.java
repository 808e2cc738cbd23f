package dev.tollgate.upstreams.signatures;

import dev.tollgate.base.json.JsonText;
import dev.tollgate.storage.secrets.SecretBox;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The fingerprints by which parts are found: a returned signature by itself, a part without a signature by its content. Calls are equal by
 * id, name and the value of their arguments, since clients parse and rewrite them; texts by every character. For one thread.
 */
final class Prints {

    /** Longer arguments are compared by their characters: sorting them would take too long for an event loop. */
    private static final int SORTED_CHARS_MAX = 64 * 1024;

    private static final int PRINT_BYTES = 16;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final SecretBox.Printer printer;
    private final String accountId;

    Prints(SecretBox.Printer printer, String accountId) {
        this.printer = printer;
        this.accountId = accountId;
    }

    /** Returns the prints under each key of a ring, first those under the key that seals. */
    static List<Prints> underEach(SecretBox secrets, String accountId) {
        return secrets.printers().map(printer -> new Prints(printer, accountId)).toList();
    }

    /** @param id null in the deprecated form of a call */
    String call(@Nullable String id, String name, String arguments) {
        String shown = id == null ? "" : id;
        String lengths = shown.length() + " " + name.length() + " "; // so that no part can be taken for its neighbour
        return print("call", lengths + shown + name + canonical(arguments));
    }

    /**
     * Returns the same fingerprint for either alphabet of base64, with or without padding, since clients that decode it encode it again.
     */
    String signature(String signature) {
        int end = signature.length();
        while (end > 0 && signature.charAt(end - 1) == '=') {
            end--;
        }
        return print("signature", signature.substring(0, end).replace('-', '+').replace('_', '/'));
    }

    String text(String text) {
        return print("text", text);
    }

    String text(JsonText text) {
        return print("text", text.utf8());
    }

    /** @param head the first characters of its data in base64 @param length of all of them */
    String file(String head, long length) {
        return print("file", length + " " + head);
    }

    private String print(String kind, String content) {
        return print(kind, content.getBytes(StandardCharsets.UTF_8));
    }

    private String print(String kind, byte[] content) {
        byte[] print = printer.print("signed " + kind + " of " + accountId, content);
        return BASE64.encodeToString(Arrays.copyOf(print, PRINT_BYTES));
    }

    private static String canonical(String arguments) {
        if (arguments.length() > SORTED_CHARS_MAX) {
            return arguments;
        }
        try {
            StringBuilder sorted = new StringBuilder(arguments.length());
            append(JSON.readTree(arguments), sorted);
            return sorted.toString();
        } catch (JacksonException e) {
            return arguments;
        }
    }

    /** Appends a form of our own, with a comma after each member. Rows stored long ago are found by it, so it must not change. */
    private static void append(JsonNode node, StringBuilder out) {
        if (node.isObject()) {
            Map<String, JsonNode> members = new TreeMap<>();
            node.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
            out.append('{');
            members.forEach((name, value) -> {
                append(name, out);
                out.append(':');
                append(value, out);
                out.append(',');
            });
            out.append('}');
        } else if (node.isArray()) {
            out.append('[');
            for (JsonNode element : node) {
                append(element, out);
                out.append(',');
            }
            out.append(']');
        } else if (node.isString()) {
            append(node.stringValue(), out);
        } else if (node.isNumber()) {
            out.append(node.decimalValue().stripTrailingZeros());
        } else {
            out.append(node);
        }
    }

    /** Appends a JSON string. Most need no escapes, and so no generator. */
    private static void append(String text, StringBuilder out) {
        if (text.chars().allMatch(c -> c >= ' ' && c < 0x7F && c != '"' && c != '\\')) {
            out.append('"').append(text).append('"');
        } else {
            out.append(JSON.writeValueAsString(text));
        }
    }
}
