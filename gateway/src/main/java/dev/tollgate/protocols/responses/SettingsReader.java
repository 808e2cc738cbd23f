package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.Sampling;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.json.RawJson;
import dev.tollgate.base.json.Utf8Buffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Reads how the model is to answer: sampling, the maximum, the form of the text, reasoning, and what the response includes. */
final class SettingsReader {

    private static final String ENCRYPTED = "reasoning.encrypted_content";
    private static final String SOURCES = "web_search_call.action.sources";
    private static final int INCLUDES_MAX = 64;

    private final JsonBody json;
    private final Set<String> include = new HashSet<>();

    private final Numbers numbers = new Numbers();
    private ResponseFormat format = new ResponseFormat.Text();
    private @Nullable RawJson shownFormat;
    private @Nullable String effort;
    private @Nullable String summary;
    private @Nullable ServiceTier tier;
    private boolean parallel = true;

    private String truncation = "disabled";
    private @Nullable String verbosity;

    private static final class Numbers {
        private @Nullable Double temperature;
        private @Nullable Double topP;
        private @Nullable Double presence;
        private @Nullable Double frequency;
        private @Nullable Long maxTokens;
        private @Nullable Long maxCalls;
        private int topLogprobs;
    }

    SettingsReader(JsonBody json) {
        this.json = json;
    }

    /** @return false if the field is none of these; it is unread then */
    boolean take(String name) {
        switch (name) {
            case "temperature" -> numbers.temperature = json.number(0, 2);
            case "top_p" -> numbers.topP = json.number(0, 1);
            case "max_output_tokens" -> numbers.maxTokens = json.longInteger(1, Long.MAX_VALUE);
            case "presence_penalty" -> numbers.presence = penalty();
            case "frequency_penalty" -> numbers.frequency = penalty();
            case "top_logprobs" -> numbers.topLogprobs = json.integer(0, 20);
            case "text" -> json.object(this::text);
            case "reasoning" -> json.object(this::reasoning);
            case "parallel_tool_calls" -> parallel = json.bool();
            case "max_tool_calls" -> maxCalls();
            case "truncation" -> {
                truncation = json.oneOf(List.of("auto", "disabled"));
                if (truncation.equals("auto")) {
                    json.ignored(json.path());
                }
            }
            case "include" -> json.array(INCLUDES_MAX, this::included);
            case "service_tier" -> {
                json.ignored(json.path());
                tier = ServiceTier.of(json.string()).orElse(null);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** OpenAI's models take none. */
    private Double penalty() {
        json.ignored(json.path());
        return json.number(-2, 2);
    }

    /** OpenAI counts only calls of its own tools. A maximum of one is taken for all. */
    private void maxCalls() {
        numbers.maxCalls = json.longInteger(1, Long.MAX_VALUE);
        if (numbers.maxCalls > 1) {
            json.ignored(json.path());
        }
    }

    private void text(String member) {
        if (member.equals("format")) {
            shownFormat = json.line(() -> format = new FormatReader().read());
        } else if (member.equals("verbosity")) {
            json.ignored(json.path());
            verbosity = json.oneOf(List.of("low", "medium", "high"));
        } else {
            json.ignore();
        }
    }

    private void reasoning(String member) {
        switch (member) {
            case "effort" -> effort = json.oneOf(Effort.words());
            case "summary", "generate_summary" -> summary = json.string();
            default -> json.ignore();
        }
    }

    private void included() {
        String word = json.string();
        include.add(word);
        if (!word.equals(ENCRYPTED) && !word.equals(SOURCES)) {
            json.ignored(json.path());
        }
    }

    // ---- what has been read ----

    /** Names what a summary is written without. */
    void ignoreForSummary() {
        if (!(format instanceof ResponseFormat.Text)) {
            json.ignored("text.format");
        }
        if (effort != null) {
            json.ignored("reasoning.effort");
        }
    }

    /** Returns whether the caller takes one call at a time. */
    boolean oneCall() {
        return !parallel || (numbers.maxCalls != null && numbers.maxCalls == 1);
    }

    @Nullable
    Long maxTokens() {
        return numbers.maxTokens;
    }

    @Nullable
    ServiceTier tier() {
        return tier;
    }

    ResponseFormat format() {
        return format;
    }

    @Nullable
    Effort effort() {
        return effort == null ? null : Effort.of(effort);
    }

    /** Returns true if thoughts are shown, and null otherwise: they are asked for all the same (E15). */
    @Nullable
    Boolean showsThoughts() {
        return summary == null ? null : true;
    }

    Sampling sampling() {
        boolean logprobs = numbers.topLogprobs > 0;
        return new Sampling(
                1,
                List.of(),
                numbers.temperature,
                numbers.topP,
                null,
                null,
                null,
                logprobs,
                logprobs ? numbers.topLogprobs : null,
                null);
    }

    Echo echo(
            @Nullable RawJson instructions,
            @Nullable RawJson tools,
            @Nullable RawJson toolChoice,
            @Nullable RawJson metadata,
            @Nullable String safetyIdentifier,
            @Nullable String cacheKey) {
        return new Echo(
                instructions,
                tools,
                toolChoice,
                shownFormat,
                metadata,
                verbosity,
                settings(safetyIdentifier, cacheKey),
                summary,
                include.contains(ENCRYPTED),
                include.contains(SOURCES));
    }

    /** Writes numbers where the caller has said none, too: the schema of Open Responses has no null for them. */
    private String settings(@Nullable String safetyIdentifier, @Nullable String cacheKey) {
        Utf8Buffer out = Utf8Buffer.scratch().raw(",\"max_output_tokens\":");
        out.raw(String.valueOf(numbers.maxTokens)).raw(",\"max_tool_calls\":");
        out.raw(String.valueOf(numbers.maxCalls)).raw(",\"parallel_tool_calls\":");
        out.raw(String.valueOf(parallel)).raw(",\"truncation\":\"").raw(truncation);
        out.raw("\",\"temperature\":").raw(decimal(numbers.temperature, 1));
        out.raw(",\"top_p\":").raw(decimal(numbers.topP, 1));
        out.raw(",\"presence_penalty\":").raw(decimal(numbers.presence, 0));
        out.raw(",\"frequency_penalty\":").raw(decimal(numbers.frequency, 0));
        out.raw(",\"top_logprobs\":").number(numbers.topLogprobs);
        out.raw(",\"reasoning\":{\"effort\":").stringOrNull(effort);
        out.raw(",\"summary\":").stringOrNull(summary);
        out.raw("},\"safety_identifier\":").stringOrNull(safetyIdentifier);
        return out.raw(",\"prompt_cache_key\":").stringOrNull(cacheKey).text();
    }

    private static String decimal(@Nullable Double given, double otherwise) {
        return MessageText.number(given == null ? otherwise : given);
    }

    /** Reads {@code text.format}. */
    private final class FormatReader {

        private @Nullable String type;
        private @Nullable String name;
        private @Nullable String description;
        private @Nullable ObjectNode schema;
        private @Nullable Boolean strict;

        ResponseFormat read() {
            json.object(this::member);
            return switch (json.given(type, "type")) {
                case "text" -> new ResponseFormat.Text();
                case "json_object" -> new ResponseFormat.JsonObject();
                default -> schema();
            };
        }

        private void member(String member) {
            switch (member) {
                case "type" -> type = json.oneOf(List.of("text", "json_object", "json_schema"));
                case "name" -> name = json.nonEmptyString();
                case "description" -> description = json.string();
                case "schema" -> schema = json.objectTree();
                case "strict" -> strict = json.bool();
                default -> json.ignore();
            }
        }

        private ResponseFormat schema() {
            return new ResponseFormat.JsonSchema(
                    json.given(name, "name"), description, json.given(schema, "schema"), strict);
        }
    }
}
