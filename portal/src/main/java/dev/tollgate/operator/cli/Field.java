package dev.tollgate.operator.cli;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * An argument of a command, and where its value goes.
 *
 * @param to a parameter of the path or the query, or a member of the body after a slash, as {@code /spend/day}
 */
record Field(ArgSpec arg, String to) {

    static Field option(String name, String label, String to, String description) {
        return new Field(text(name, label, description).build(), to);
    }

    static Field option(String name, String label, String to, ITypeConverter<JsonNode> converter, String description) {
        return new Field(
                text(name, label, description)
                        .type(JsonNode.class)
                        .converters(converter)
                        .build(),
                to);
    }

    /** Returns an option that can be repeated or have commas. */
    static Field list(String name, String label, String to, String description) {
        return new Field(
                text(name, label, description)
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .build(),
                to);
    }

    /** Returns the option of a field: {@code none} is null, and a list can be repeated or have commas. */
    static Field of(dev.tollgate.base.fields.Field<?> field) {
        String name = field.name();
        String written = field.option() == null
                ? "--" + name.replace('_', '-') + " " + name.toUpperCase(Locale.ROOT)
                : field.option();
        int gap = written.indexOf(' ');
        boolean isOptional = field.nothing() != null;
        boolean isList = field.typed().apply("a").isArray();
        ITypeConverter<JsonNode> converter =
                text -> field.typed().apply(isOptional && text.equals(Values.NONE) ? "" : text);
        return new Field(
                text(written.substring(0, gap), written.substring(gap + 1), field.help())
                        .type(isList ? List.class : JsonNode.class)
                        .auxiliaryTypes(JsonNode.class)
                        .converters(converter)
                        .required(!isOptional)
                        .build(),
                "/" + name);
    }

    private static OptionSpec.Builder text(String name, String label, String description) {
        return OptionSpec.builder(name).type(String.class).paramLabel(label).description(description);
    }

    Field needed() {
        return new Field(((OptionSpec) arg).toBuilder().required(true).build(), to);
    }

    /** Returns an option that has a value if it is not given. */
    Field or(String value) {
        return new Field(((OptionSpec) arg).toBuilder().defaultValue(value).build(), to);
    }

    /** Returns an option without a value: it is there or not. */
    static Field flag(String name, String to, String description) {
        return new Field(
                OptionSpec.builder(name)
                        .type(boolean.class)
                        .arity("0")
                        .description(description)
                        .build(),
                to);
    }

    /** @param arity {@code 1} or {@code 0..1} */
    static Field bare(String arity, String label, String to, String description) {
        return new Field(
                PositionalParamSpec.builder()
                        .index("0")
                        .arity(arity)
                        .required(arity.equals("1"))
                        .type(String.class)
                        .paramLabel(label)
                        .description(description)
                        .build(),
                to);
    }

    static Field account() {
        return option("--account", "ID", "id", "The account's id.").needed();
    }

    static Field id() {
        return option("--id", "ID", "/id", "An id of the request: sent twice, it counts once.");
    }

    static Field reason() {
        return option("--reason", "TEXT", "/reason", "Reason, for the audit log.")
                .needed();
    }

    static Field[] spend() {
        return new Field[] {
            option(
                    "--spend-hour",
                    "CREDITS",
                    "/spend/hour",
                    Values::limit,
                    "Credits per calendar hour (UTC), or none."),
            option("--spend-day", "CREDITS", "/spend/day", Values::limit, "Credits per calendar day (UTC), or none."),
            option("--spend-total", "CREDITS", "/spend/total", Values::limit, "Credits in total, or none.")
        };
    }

    /** @param in the member of the body that has the rates, with a slash at its end */
    static Field[] rates(String in) {
        return new Field[] {
            option("--rate", "N", in + "requests", Values::rate, "Requests per minute, or none."),
            option("--tokens", "N", in + "tokens", Values::rate, "Tokens per minute, or none."),
            option("--concurrency", "N", in + "concurrency", Values::rate, "Concurrent calls, or none.")
        };
    }

    /** Returns the ceilings of a key. */
    static Field[] prices() {
        return new Field[] {
            option(
                    "--max-input-price",
                    "CREDITS",
                    "/max_input_price",
                    Values::limit,
                    "Highest price of a million input tokens, or none."),
            option(
                    "--max-output-price",
                    "CREDITS",
                    "/max_output_price",
                    Values::limit,
                    "Highest price of a million output tokens, or none.")
        };
    }

    boolean isMember() {
        return to.startsWith("/");
    }

    /** Returns the value that was given, or null. */
    @Nullable
    JsonNode value() {
        return switch ((Object) arg.getValue()) {
            case null -> null;
            case JsonNode node -> node;
            case Boolean flag -> flag ? JsonNodeFactory.instance.booleanNode(true) : null;
            case List<?> lists
            when lists.getFirst() instanceof JsonNode ->
                JsonNodeFactory.instance
                        .arrayNode()
                        .addAll(lists.stream()
                                .flatMap(each -> ((JsonNode) each).valueStream())
                                .toList());
            case List<?> texts ->
                CommandJson.texts(
                        Values.list(texts.stream().map(String::valueOf).toList()));
            case Object text -> JsonNodeFactory.instance.stringNode(text.toString());
        };
    }
}
