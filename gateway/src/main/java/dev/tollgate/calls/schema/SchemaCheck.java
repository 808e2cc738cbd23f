package dev.tollgate.calls.schema;

import com.networknt.schema.OutputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.ValidationLimitExceededException;
import com.networknt.schema.dialect.Dialects;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A check of a value against its schema, under its budget. Confined to its thread. */
final class SchemaCheck {

    /** The stack for the depth limits below, measured with {@code SchemaCheckTest}. */
    static final long STACK_BYTES = 8L << 20;

    private static final long STEPS_MAX = 500_000;
    private static final int DEPTH_MAX = 500;
    private static final int TEXT_CHARS_MAX = 1 << 20;
    private static final int SCHEMA_VALUES_MAX = 10_000;

    /** The most comparisons. A keyword's list, e.g. {@code enum} or {@code required}, is walked for each value. */
    private static final long COMPARISONS_MAX = 50_000_000;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final ObjectNode schema;
    private final RegexBudget regex = new RegexBudget();

    SchemaCheck(ObjectNode schema) {
        this.schema = schema;
    }

    /** Returns the worst verdict of all texts. A misfit is worse than an undecided check. */
    Verdict of(List<String> texts) {
        Verdict worst = Verdict.FITS;
        Schema compiled = compiled();
        for (String text : texts) {
            Verdict verdict = of(compiled, text);
            worst = verdict == Verdict.MISFIT || worst == Verdict.FITS ? verdict : worst;
            if (worst == Verdict.MISFIT) {
                return worst;
            }
        }
        return worst;
    }

    /** Checks one text. Text that is no JSON fits no schema. */
    private Verdict of(@Nullable Schema compiled, String text) {
        if (text.length() > TEXT_CHARS_MAX) {
            return Verdict.UNDECIDED;
        }
        try {
            JsonNode value = JSON.readTree(text);
            if (value.isMissingNode()) {
                return Verdict.MISFIT;
            }
            return compiled == null ? Verdict.UNDECIDED : of(compiled, value);
        } catch (StreamConstraintsException | NumberFormatException beyondAnyUse) {
            return Verdict.UNDECIDED;
        } catch (JacksonException noJson) {
            return Verdict.MISFIT;
        }
    }

    private Verdict of(Schema compiled, JsonNode value) {
        if (Sizes.of(value).values() * Sizes.of(schema).widest() > COMPARISONS_MAX || Sizes.hasHugeNumber(value)) {
            return Verdict.UNDECIDED;
        }
        try {
            return fits(compiled, value) ? Verdict.FITS : Verdict.MISFIT;
        } catch (ValidationLimitExceededException
                | RegexBudget.Exceeded
                | SchemaException
                | StackOverflowError
                | IllegalArgumentException tooCostlyOrNoSchema) {
            return Verdict.UNDECIDED;
        }
    }

    private static boolean fits(Schema compiled, JsonNode value) {
        return compiled.validate(
                value,
                OutputFormat.BOOLEAN,
                context -> context.executionConfig(
                        config -> config.maxEvaluationSteps(STEPS_MAX).maxEvaluationDepth(DEPTH_MAX)));
    }

    /** Returns null if the schema is unusable. */
    private @Nullable Schema compiled() {
        if (Sizes.of(schema).values() > SCHEMA_VALUES_MAX || Sizes.hasHugeNumber(schema)) {
            return null;
        }
        try {
            return registry().getSchema(SchemaWords.plain(schema));
        } catch (SchemaException | StackOverflowError | IllegalArgumentException noSchema) {
            return null;
        }
    }

    /** Returns a registry that loads nothing: a reference to another document cannot be followed. */
    private SchemaRegistry registry() {
        SchemaRegistryConfig config = SchemaRegistryConfig.builder()
                .preloadSchema(false)
                .regularExpressionFactory(regex)
                .build();
        return SchemaRegistry.withDialects(
                List.of(
                        Dialects.getDraft202012(),
                        Dialects.getDraft201909(),
                        Dialects.getDraft7(),
                        Dialects.getDraft6(),
                        Dialects.getDraft4()),
                builder -> builder.schemaRegistryConfig(config)
                        .defaultDialectId(Dialects.getDraft202012().getId())
                        .schemaLoader(loader -> loader.block(anything -> true)));
    }

    /**
     * @param values all there are, itself included
     * @param widest members of its largest object or array
     */
    private record Sizes(long values, long widest) {

        private static final int EXPONENT_MAX = 1_000;

        /** Returns whether a number has an exponent so large that rounding it (e.g. 1e999999999) would fill the memory. */
        static boolean hasHugeNumber(JsonNode node) {
            if (node.isBigDecimal()) {
                return Math.abs((long) node.decimalValue().scale()) > EXPONENT_MAX;
            }
            for (JsonNode child : node.values()) {
                if (hasHugeNumber(child)) {
                    return true;
                }
            }
            return false;
        }

        static Sizes of(JsonNode node) {
            long values = 1;
            long widest = node.size();
            for (JsonNode child : node.values()) {
                Sizes below = of(child);
                values += below.values;
                widest = Math.max(widest, below.widest);
            }
            return new Sizes(values, widest);
        }
    }
}
