package dev.tollgate.models;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One model as it is sold: a row of the catalogue.
 *
 * @param id the public id, may contain a slash
 * @param aliases further ids that mean the same
 * @param active an inactive model is unknown to callers
 * @param upstream the model behind it, with its rules
 * @param pricing prices and rounding
 * @param usageForm how the usage is printed (D6)
 * @param answersWithUpstreamName whether {@code model} in the answer is the upstream's version (D20), else what was asked for
 * @param streamByDefault D1
 * @param thoughtsByDefault whether thoughts are shown where the caller does not say
 * @param effortByDefault null: nothing is sent (D16)
 * @param maxTokensByDefault null: none (D12)
 * @param tools which tools it takes
 * @param formats when it takes a JSON {@code response_format}
 */
public record Model(
        String id,
        List<String> aliases,
        boolean active,
        UpstreamModel upstream,
        Pricing pricing,
        UsageForm usageForm,
        boolean answersWithUpstreamName,
        boolean streamByDefault,
        boolean thoughtsByDefault,
        @Nullable String effortByDefault,
        @Nullable Long maxTokensByDefault,
        Tools tools,
        Formats formats) {

    public Model {
        aliases = List.copyOf(aliases);
    }

    /** The same, sold as before, with another model behind it. */
    public Model standingOn(UpstreamModel other) {
        return new Model(
                id,
                aliases,
                active,
                other,
                pricing,
                usageForm,
                answersWithUpstreamName,
                streamByDefault,
                thoughtsByDefault,
                effortByDefault,
                maxTokensByDefault,
                tools,
                formats);
    }

    /** @param functionsWithSearch whether both may stand in one call */
    public record Tools(boolean functions, boolean search, boolean functionsWithSearch) {}

    /** @param json whether a JSON format is taken at all */
    public record Formats(boolean json, boolean jsonWithFunctions, boolean jsonWithSearch) {}

    /** How usage is printed. */
    public enum UsageForm {
        /** Tokens; {@code completion_tokens} excludes reasoning, {@code total_tokens} includes it (S000, S002, S003). */
        TOKENS,
        /** Billing units of 100 micro-credits, reasoning inside {@code completion_tokens} (S001, S004; D30). */
        UNITS
    }
}
