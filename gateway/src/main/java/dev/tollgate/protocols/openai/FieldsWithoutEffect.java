package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.protocols.door.CallerNames;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fields of OpenAI's that mean nothing to Gemini (D5). Their types are checked all the same. A value that says what happens
 * anyway is not listed: false for {@code store}, an empty map, {@code ["text"]}. Nor is {@code prompt_cache_key}, which names
 * the session. {@code service_tier} is listed: the model's price decides later whether it has an effect (D49).
 */
public final class FieldsWithoutEffect {

    private static final List<String> LEVELS = List.of("low", "medium", "high");
    private static final int ENTRIES_MAX = 10_000;

    private final JsonBody json;
    private final CallerNames.Reader callerNames;
    private @Nullable ServiceTier tier;
    private boolean hasStreamOptions;
    private boolean leavesUsageOut;

    public FieldsWithoutEffect(JsonBody json) {
        this.json = json;
        this.callerNames = new CallerNames.Reader(json);
    }

    /** Reads the value if the top-level field is one of these. */
    public boolean take(String field) {
        switch (field) {
            case "service_tier" ->
                listed(() -> tier = ServiceTier.of(json.string()).orElse(null));
            case "user" -> listed(() -> callerNames.userByDefault(json.string()));
            case "prompt_cache_key" -> callerNames.session(json.string());
            case "prompt_cache_retention" -> listed(json::string);
            case "safety_identifier" -> listed(() -> callerNames.user(json.string(64)));
            case "verbosity" -> listed(() -> json.oneOf(LEVELS));
            case "store" -> flag(false);
            case "logit_bias" -> map(token -> json.number(-100, 100));
            case "metadata" -> map(callerNames::tag);
            case "prediction", "audio", "prompt_cache_options" -> listedObject();
            case "moderation" -> moderation();
            case "stream_options" -> streamOptions();
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Returns the service tier that was asked for; null without one and for an unknown word. */
    public @Nullable ServiceTier tier() {
        return tier;
    }

    public CallerNames callerNames() {
        return callerNames.read();
    }

    private void listed(Runnable check) {
        json.ignored(json.path());
        check.run();
    }

    private void flag(boolean whatHappensAnyway) {
        if (json.bool() != whatHappensAnyway) {
            json.ignored(json.path());
        }
    }

    private void map(Consumer<String> value) {
        var entries = new Object() {
            int count;
        };
        json.object(key -> {
            value.accept(key);
            entries.count++;
        });
        if (entries.count > ENTRIES_MAX) {
            throw json.invalid("must have at most " + ENTRIES_MAX + " entries.");
        }
        if (entries.count > 0) {
            json.ignored(json.path());
        }
    }

    private void listedObject() {
        if (!json.isObject()) {
            throw json.refuse("an object");
        }
        json.ignore();
    }

    private void moderation() {
        if (!json.isObject() && !json.isString()) {
            throw json.refuse("an object or a string");
        }
        json.ignore();
    }

    /** Obfuscation is never sent. */
    private void streamOptions() {
        hasStreamOptions = true;
        json.object(option -> {
            switch (option) {
                case "include_usage" -> leavesUsageOut = !json.bool();
                case "include_obfuscation" -> flag(false);
                default -> json.ignore();
            }
        });
    }

    /** Returns whether a stream has no chunk with the usage. */
    public boolean leavesUsageOut() {
        return leavesUsageOut;
    }

    /** Lists the options of a stream if there is none. @param stream null if the caller did not say */
    public void checkStream(@Nullable Boolean stream) {
        if (hasStreamOptions && Boolean.FALSE.equals(stream)) {
            json.ignored("stream_options");
        }
    }
}
