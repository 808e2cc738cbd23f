package dev.tollgate.operator.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The options that {@code key create} and {@code key set} share: limits, allowlist, models and expiry of a key. */
final class KeyOptions {

    @Option(
            names = "--spend-hour",
            paramLabel = "CREDITS",
            converter = Values.CreditsLimit.class,
            description = "Credits per calendar hour (UTC), or none.")
    private @Nullable JsonNode spendHour;

    @Option(
            names = "--spend-day",
            paramLabel = "CREDITS",
            converter = Values.CreditsLimit.class,
            description = "Credits per calendar day (UTC), or none.")
    private @Nullable JsonNode spendDay;

    @Option(
            names = "--spend-total",
            paramLabel = "CREDITS",
            converter = Values.CreditsLimit.class,
            description = "Credits in total, or none.")
    private @Nullable JsonNode spendTotal;

    @Option(
            names = "--allow",
            paramLabel = "ADDRESS",
            description = "Addresses and ranges that may use it, at most 10, repeated or with commas; none: all.")
    private @Nullable List<String> allow;

    @Option(
            names = "--rate",
            paramLabel = "N",
            converter = Values.RateLimit.class,
            description = "Requests per minute, or none.")
    private @Nullable JsonNode rate;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            converter = Values.RateLimit.class,
            description = "Tokens per minute, or none.")
    private @Nullable JsonNode tokens;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            converter = Values.RateLimit.class,
            description = "Concurrent calls, or none.")
    private @Nullable JsonNode concurrency;

    @Option(
            names = "--models",
            paramLabel = "ID",
            description = "Models that it may use, by their ids, repeated or with commas; none: all.")
    private @Nullable List<String> models;

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            converter = Values.End.class,
            description = "Expiry, a date or a time like 2026-12-01T12:00:00Z, or none.")
    private @Nullable JsonNode expiry;

    /** Puts the options that were given into a request body, and returns it. */
    ObjectNode into(ObjectNode body) {
        CommandJson.spend(body, spendHour, spendDay, spendTotal);
        if (rate != null || tokens != null || concurrency != null) {
            ObjectNode rates = body.putObject("rates");
            CommandJson.put(rates, "requests", rate);
            CommandJson.put(rates, "tokens", tokens);
            CommandJson.put(rates, "concurrency", concurrency);
        }
        CommandJson.put(body, "allow", allow == null ? null : CommandJson.texts(Values.list(allow)));
        CommandJson.put(body, "models", models == null ? null : CommandJson.texts(Values.list(models)));
        CommandJson.put(body, "expires_at", expiry);
        return body;
    }
}
