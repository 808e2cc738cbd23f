package dev.tollgate.upstreams.signatures;

import dev.tollgate.storage.SecretBox;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a part is found by: a signature that is sent back, by itself; what comes without, by what it says. Calls are the same by id, name and the value of their arguments, since clients parse and write them anew; texts
 * by every character. Immutable.
 */
final class Prints {

    /** Longer arguments are compared by their characters: sorting them would take too long for an event loop. */
    private static final int SORTED_CHARS_MAX = 64 * 1024;

    private static final int PRINT_BYTES = 16;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final SecretBox secrets;
    private final String accountId;

    Prints(SecretBox secrets, String accountId) {
        this.secrets = secrets;
        this.accountId = accountId;
    }

    /** @param id null in the deprecated form of a call */
    String call(@Nullable String id, String name, String arguments) {
        String shown = id == null ? "" : id;
        String lengths = shown.length() + " " + name.length() + " "; // so that no part can be taken for its neighbour
        return print("call", lengths + shown + name + canonical(arguments));
    }

    /** The same in either alphabet of base64 and with or without padding, as clients that take it for bytes write it anew. */
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

    private String print(String kind, String content) {
        byte[] print = secrets.print("signed " + kind + " of " + accountId, content.getBytes(StandardCharsets.UTF_8));
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

    /** Of no standard, with a comma after each member: rows that were kept long ago are found by it, so it stays as it is. */
    private static void append(JsonNode node, StringBuilder out) {
        if (node.isObject()) {
            Map<String, JsonNode> members = new TreeMap<>();
            node.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
            out.append('{');
            members.forEach((name, value) -> {
                out.append(JSON.writeValueAsString(name)).append(':');
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
        } else if (node.isNumber()) {
            out.append(node.decimalValue().stripTrailingZeros());
        } else {
            out.append(node);
        }
    }
}
