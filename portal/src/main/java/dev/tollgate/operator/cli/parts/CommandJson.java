package dev.tollgate.operator.cli.parts;

import dev.tollgate.base.money.Credits;
import dev.tollgate.operator.admin.AdminApi;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Bodies of the operator's API as commands make and print them. */
public final class CommandJson {

    private static final String PAGE_LIMIT = "200";
    private static final Pattern OPTIONAL = Pattern.compile("\\[([^\\]]*\\{(\\w+)}[^\\]]*)]");
    private static final Pattern MEMBER = Pattern.compile("\\{([a-z_]+)}");

    private CommandJson() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Micro-credits of a number of credits. */
    public static long micros(JsonNode credits) {
        return credits.decimalValue()
                .multiply(BigDecimal.valueOf(Credits.MICROS))
                .longValueExact();
    }

    public static ArrayNode texts(List<String> texts) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        texts.forEach(array::add);
        return array;
    }

    /** A text, or a number with all its digits. */
    public static String text(JsonNode value) {
        return value.isNumber() ? value.decimalValue().toPlainString() : value.asString();
    }

    /** A line with members of an answer, which stand in it in braces. What is in brackets is left out if its member is empty. */
    static String said(String line, JsonNode answer) {
        String said = OPTIONAL.matcher(line)
                .replaceAll(found ->
                        answer.required(found.group(2)).isEmpty() ? "" : Matcher.quoteReplacement(found.group(1)));
        return MEMBER.matcher(said).replaceAll(found -> {
            JsonNode value = answer.required(found.group(1));
            return Matcher.quoteReplacement(value.isArray() ? texts(value, Values.NONE) : text(value));
        });
    }

    /** @param unit stands after a number */
    public static String limit(JsonNode value, String unit) {
        return value.isNull() ? Values.NONE : text(value) + unit;
    }

    /** Seconds as a time in UTC. @param none what there is to say of null */
    public static String time(JsonNode seconds, String none) {
        return seconds.isNull()
                ? none
                : Instant.ofEpochSecond(seconds.longValue()).toString();
    }

    /** Texts with commas between them. @param none what there is to say of an empty list */
    public static String texts(JsonNode array, String none) {
        return array.isEmpty()
                ? none
                : String.join(",", array.valueStream().map(JsonNode::asString).toList());
    }

    /** Asks for all pages of a list. @param parameters of the path */
    public static void pages(AdminApi api, String path, Map<String, String> parameters, Consumer<JsonNode> entries) {
        Map<String, String> all = new HashMap<>(parameters);
        all.put("limit", PAGE_LIMIT);
        JsonNode page;
        do {
            page = api.ask("GET", path, all, null);
            page.get("data").forEach(entries);
            all.put("after", page.get("next").asString(""));
        } while (!page.get("next").isNull());
    }
}
