package dev.tollgate.operator.cli.parts;

import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Schema;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
 * @param field that it is; null for an argument of the command's own
 */
public record Argument(ArgSpec arg, String to, @Nullable Field<?> field) {

    /** An option as a field writes it: its name and the word for its value. */
    private static final Pattern WRITTEN = Pattern.compile("(--[a-z-]+)? ?(.*)");

    /** Returns the argument of a field: {@code none} is null, and a list can be repeated. @param name of the option unless the field says another */
    public static Argument of(Field<?> field, String to, String name) {
        Matcher parts = WRITTEN.matcher(field.option() == null ? "--" + name + " " + word(field) : field.option());
        if (!parts.matches()) {
            throw new IllegalArgumentException(field.name() + " has no option " + field.option());
        }
        String option = parts.group(1);
        String word = parts.group(2);
        boolean isNeeded = field.schema().isRequired();
        String help = help(field);
        if (word.isEmpty()) {
            return new Argument(
                    OptionSpec.builder(option)
                            .type(boolean.class)
                            .arity("0")
                            .description(help)
                            .build(),
                    to,
                    field);
        }
        UnaryOperator<String> given = text -> field.nothing() != null && text.equals(Values.NONE) ? "" : text;
        ITypeConverter<JsonNode> converter = text -> field.typed().apply(given.apply(text));
        boolean isList = field.typed().apply("a").isArray();
        return new Argument(
                option == null
                        ? bare(word, isNeeded, help, converter)
                        : OptionSpec.builder(option)
                                .type(isList ? List.class : JsonNode.class)
                                .auxiliaryTypes(JsonNode.class)
                                .converters(converter)
                                .required(isNeeded)
                                .paramLabel(word)
                                .description(help)
                                .build(),
                to,
                field);
    }

    private static String word(Field<?> field) {
        return field.choices().isEmpty()
                ? field.name().toUpperCase(Locale.ROOT)
                : String.join(
                        "|", field.choices().stream().map(Field.Choice::word).toList());
    }

    /** Returns what a field says of itself, and what a command says of its value. */
    private static String help(Field<?> field) {
        StringBuilder help =
                new StringBuilder(field.help().isEmpty() ? field.label().english() + "." : field.help());
        Schema schema = field.schema();
        Map<String, Object> keywords = schema.keywords();
        if (schema.types().contains("integer") && keywords.containsKey("maximum")) {
            help.append(" %s to %s.".formatted(keywords.get("minimum"), keywords.get("maximum")));
        }
        if (keywords.get("items") instanceof Schema entry && entry.keywords().get("enum") instanceof List<?> words) {
            help.append(" All: ")
                    .append(String.join(
                            ", ", words.stream().map(String::valueOf).toList()))
                    .append('.');
        }
        if (field.fact().kind() == Fact.Kind.TIME) {
            help.append(" A date or a time like 2026-12-01T12:00:00Z.");
        }
        if (field.fact().kind() == Fact.Kind.LIMITS) {
            help.append(" Like 5:20, or 5:20,24:60.");
        }
        String nothing = field.nothing() == null ? "" : field.nothing().english();
        if (!nothing.isEmpty()) {
            help.append(" none: ").append(nothing).append('.');
        }
        Object standard = keywords.get("default");
        if (standard != null) {
            help.append(" Default: ").append(standard).append('.');
        }
        return help.toString();
    }

    private static ArgSpec bare(String word, boolean isNeeded, String help, ITypeConverter<?> converter) {
        return PositionalParamSpec.builder()
                .index("0")
                .arity(isNeeded ? "1" : "0..1")
                .type(JsonNode.class)
                .converters(converter)
                .required(isNeeded)
                .paramLabel(word)
                .description(help)
                .build();
    }

    /** Returns an argument of a command's own, which has to be there. @param written as a field writes its option */
    public static Argument own(String written, String to, String description) {
        return of(Field.raw(to).help(description).option(written), to, to).unread();
    }

    private Argument unread() {
        return new Argument(arg, to, null);
    }

    /** Returns this argument, which has to be there. */
    public Argument needed() {
        return needed(true);
    }

    /** Returns this argument, which can be left out. */
    public Argument unneeded() {
        return needed(false);
    }

    private Argument needed(boolean isNeeded) {
        return new Argument(
                switch (arg) {
                    case PositionalParamSpec bare -> // a copy would keep what the help says of how many there are
                        bare(bare.paramLabel(), isNeeded, bare.description()[0], bare.converters()[0]);
                    case OptionSpec option ->
                        option.toBuilder().required(isNeeded).build();
                    default -> throw new IllegalStateException(arg.toString());
                },
                to,
                field);
    }

    /** Returns this option, which has a value if it is not given. */
    public Argument or(String value) {
        return new Argument(
                ((OptionSpec) arg)
                        .toBuilder().required(false).defaultValue(value).build(),
                to,
                field);
    }

    /** Returns this argument with another description. */
    public Argument saying(String description) {
        return new Argument(
                switch (arg) {
                    case PositionalParamSpec bare ->
                        bare.toBuilder().description(description).build();
                    case OptionSpec option ->
                        option.toBuilder().description(description).build();
                    default -> throw new IllegalStateException(arg.toString());
                },
                to,
                field);
    }

    /** Returns this option, whose text is read otherwise. */
    public Argument reading(ITypeConverter<JsonNode> converter) {
        return new Argument(((OptionSpec) arg).toBuilder().converters(converter).build(), to, field);
    }

    public static Argument account() {
        return own("--account ID", "id", "The account's id.");
    }

    boolean isMember() {
        return to.startsWith("/");
    }

    /** Returns the value that was given, or null. */
    @Nullable
    public JsonNode value() {
        return switch ((Object) arg.getValue()) {
            case null -> null;
            case JsonNode node -> node;
            case Boolean flag -> flag ? JsonNodeFactory.instance.booleanNode(true) : null;
            case List<?> lists ->
                JsonNodeFactory.instance
                        .arrayNode()
                        .addAll(lists.stream()
                                .flatMap(each -> ((JsonNode) each).valueStream())
                                .toList());
            default -> throw new IllegalStateException(to);
        };
    }

    /**
     * Reads the value as the server will, before anything is opened. The server alone reads a list, whose sentence names the entry.
     *
     * @throws dev.tollgate.base.error.ApiException with the field's sentence about this argument
     */
    void check() {
        JsonNode value = value();
        if (field != null && value != null && !value.isNull() && !value.isArray()) {
            String name = arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
            var unused = field.reader().read(name, value);
        }
    }
}
