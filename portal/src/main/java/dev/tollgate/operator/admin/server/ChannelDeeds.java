package dev.tollgate.operator.admin.server;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.http.limits.RequestRates;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import dev.tollgate.running.ChannelStatus;
import dev.tollgate.running.Standing;
import dev.tollgate.running.Trial;
import dev.tollgate.running.UpstreamFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The actions of an operator on the channels of this server. Thread-safe; blocks. */
public final class ChannelDeeds {

    /** The time before a retirement from which it is shown. */
    private static final Duration TOLD_BEFORE = Duration.ofDays(60);

    /** Maximum for one channel, for all operators together. */
    static final int TRIALS_A_MINUTE = 6;

    /** A trial tells within fewer. */
    private static final long WAIT_SECONDS = 30;

    /** A trial changes nothing, so that each reason is enough. */
    private static final Field<String> NOTE =
            Field.text("reason", sentence("Reason")).optional().help("Note for the audit log.");

    /** The result is whether the file was taken. */
    public static final OperatorAction<ChannelDeeds, Boolean> RELOAD = OperatorAction.post(
                    "channels.reload", sentence("Reloaded the channels file"), "/admin/channels/reload", "")
            .telling(new Fact("taken", sentence("Taken")))
            .button(Button.of(sentence("Reload channels file")).withoutReason())
            .does(
                    (channels, by, request) -> channels.reload(by),
                    (request, taken) -> new AdminJson().flag("taken", taken).node());

    public static final OperatorAction<ChannelDeeds, Tried> TRY = OperatorAction.bare(
                    "channel.try", sentence("Tested a channel"), "/admin/channels/{id}/try", NOTE)
            .telling(
                    new Fact("answered", sentence("deed::Answered")),
                    new Fact("milliseconds", sentence("Milliseconds")),
                    new Fact("error", sentence("Error")).saying(failures()))
            .choosing(Field.text("id", sentence("Channel")))
            .button(Button.of(sentence("Test channel")))
            .does(
                    (channels, by, request) ->
                            channels.tryOut(new By(by.actor(), request.get(NOTE), null), request.id()),
                    (request, tried) -> new AdminJson()
                            .text("id", request.id())
                            .flag("answered", tried.hasAnswered())
                            .number("milliseconds", tried.millis())
                            .text("error", tried.hasAnswered() ? null : tried.error())
                            .node());

    public static final List<OperatorAction<ChannelDeeds, ?>> ACTIONS = List.of(RELOAD, TRY);

    private final boolean hasFile;
    private final BooleanSupplier reload;
    private final Supplier<List<ChannelStatus>> channels;
    private final Asking asking;
    private final AuditedWriter writer;
    private final RequestRates trials = new RequestRates();

    /** Asks a channel something that costs nothing; tells soon, once. */
    @FunctionalInterface
    public interface Asking {
        void tryOut(String channelId, Consumer<Trial> then);
    }

    /** @param reload reads the file; whether it was taken */
    public ChannelDeeds(
            boolean hasFile,
            BooleanSupplier reload,
            Supplier<List<ChannelStatus>> channels,
            Asking asking,
            AuditedWriter writer) {
        this.hasFile = hasFile;
        this.reload = reload;
        this.channels = channels;
        this.asking = asking;
        this.writer = writer;
    }

    /** {@code /admin/channels…}: how each channel is, and what is done with them. */
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/admin/channels", this::list), RELOAD.on(this), TRY.on(this));
    }

    private JsonNode list(AdminRequest request) {
        ObjectNode answer = ApiJson.MAPPER.createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        channels.get().forEach(channel -> write(channel, data.addObject()));
        return answer;
    }

    private void write(ChannelStatus channel, ObjectNode json) {
        json.put("id", channel.id())
                .put("kind", channel.kind())
                .put("healthy", channel.isHealthy())
                .put("store", channel.mayStore());
        json.putObject("breaker")
                .put("state", word(channel.breaker()))
                .put("failures", channel.failures())
                .put("until", text(channel.openUntil()));
        json.put("in_flight", channel.inFlight());
        ChannelStatus.LastError error = channel.lastError();
        if (error == null) {
            json.putNull("last_error");
        } else {
            json.putObject("last_error").put("kind", word(error.kind())).put("time", text(error.time()));
        }
        ArrayNode models = json.putArray("models");
        channel.models().forEach(model -> write(model, models.addObject()));
    }

    private void write(ChannelStatus.Model model, ObjectNode json) {
        json.put("id", model.id())
                .put("upstream", model.standing().model())
                .put("priority", model.priority())
                .put("weight", model.weight());
        write(model.rest(), "rest", json);
        write(model.flexRest(), "flex_rest", json);
        retirement(model.standing(), json);
    }

    private static void write(ChannelStatus.@Nullable Resting rest, String name, ObjectNode json) {
        if (rest == null) {
            json.putNull(name);
        } else {
            json.putObject(name).put("reason", rest.reason()).put("until", text(rest.until()));
        }
    }

    /** Told from {@link #TOLD_BEFORE} its day on, and for good once another model is asked. */
    private void retirement(Standing standing, ObjectNode json) {
        Instant at = standing.retires();
        if (at == null
                || (!standing.isReplaced() && writer.now().plus(TOLD_BEFORE).isBefore(at))) {
            json.putNull("retirement");
            return;
        }
        json.putObject("retirement")
                .put("of", standing.asked())
                .put("at", text(at))
                .put("successor", standing.successor())
                .put("in_effect", standing.isReplaced());
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    private static Map<String, Sentence> failures() {
        Map<String, Sentence> words = new LinkedHashMap<>();
        for (UpstreamFailure.Kind kind : UpstreamFailure.Kind.values()) {
            words.put(word(kind), inWords(kind));
        }
        return words;
    }

    /** Returns the class of a failure for people. */
    public static Sentence inWords(UpstreamFailure.Kind kind) {
        return switch (kind) {
            case REFUSED -> sentence("failure::refused");
            case TOO_LONG -> sentence("failure::too long");
            case SIGNATURE -> sentence("failure::signature");
            case REPLACED -> sentence("failure::replaced");
            case MISCONFIGURED -> sentence("failure::misconfigured");
            case QUOTA -> sentence("failure::quota");
            case DAY_QUOTA -> sentence("failure::day quota");
            case UNAVAILABLE -> sentence("failure::unavailable");
            case TOO_LARGE -> sentence("failure::too large");
            case BROKEN -> sentence("failure::broken");
            case LOCAL -> sentence("failure::local");
        };
    }

    /** Returns whether there is a file that can be read again. */
    public boolean hasFile() {
        return hasFile;
    }

    /**
     * Reads the channels file again, as a signal to the process does. It stands in the audit log whether it was taken or not.
     *
     * @return whether it was taken; one with an error changes nothing, and the log says why
     */
    private synchronized boolean reload(By by) {
        if (!hasFile) {
            throw new ApiException(409, sentence("There is no channels file: the channel comes from the settings."));
        }
        boolean taken = reload.getAsBoolean();
        write(
                by,
                RELOAD.name(),
                "channels",
                new AdminJson().flag("taken", taken),
                taken ? sentence("taken") : sentence("not taken"));
        return taken;
    }

    /**
     * The result of testing a channel. @param error the class of the failure, in the words of {@code GET /admin/channels}; empty if it answered
     */
    public record Tried(long millis, String error) {

        public boolean hasAnswered() {
            return error.isEmpty();
        }
    }

    /**
     * Makes a channel count the tokens of a few words. This costs nothing and does not affect its health. The audit log records it.
     *
     * @throws ApiException for an unknown channel, a channel whose protocol cannot count tokens, a channel under test, or too many tests in the last
     *     minute
     */
    private Tried tryOut(By by, String channelId) {
        if (channels.get().stream().noneMatch(channel -> channel.id().equals(channelId))) {
            throw noSuchChannel();
        }
        RequestRates.Rate rate = trials.take(channelId, TRIALS_A_MINUTE);
        if (!rate.allowed()) {
            throw new ApiException(
                    409,
                    sentence(
                            "This channel was tried {max} times within a minute. Try again in {seconds} seconds.",
                            Integer.toString(TRIALS_A_MINUTE),
                            Long.toString(rate.retryAfter().toSeconds() + 1)));
        }
        Tried tried =
                switch (trial(channelId)) {
                    case Trial.Served(long millis) -> new Tried(millis, "");
                    case Trial.Failed failed ->
                        new Tried(failed.millis(), failed.kind().name().toLowerCase(Locale.ROOT));
                    case Trial.NothingFree _ ->
                        throw new ApiException(
                                409,
                                sentence(
                                        "A channel of this kind cannot be tried for free: its protocol does not count tokens."));
                    case Trial.Busy _ ->
                        throw new ApiException(409, sentence("This channel is being tried right now."));
                    case Trial.NoSuchChannel _ -> throw noSuchChannel();
                };
        AdminJson after = new AdminJson().flag("answered", tried.hasAnswered()).number("milliseconds", tried.millis());
        write(
                by,
                TRY.name(),
                channelId,
                tried.hasAnswered() ? after : after.text("error", tried.error()),
                sentence("tried"));
        return tried;
    }

    private static ApiException noSuchChannel() {
        return new ApiException(404, sentence("There is no such channel."));
    }

    private Trial trial(String channelId) {
        CompletableFuture<Trial> trial = new CompletableFuture<>();
        asking.tryOut(channelId, trial::complete);
        try {
            return trial.get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new ApiException(409, sentence("This channel could not be tried: the server is too busy."));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(409, sentence("This channel could not be tried: the server stops."));
        }
    }

    /** @param done what has been done, and cannot be undone */
    private void write(By by, String action, String subject, AdminJson after, Sentence done) {
        String json = after.end();
        try {
            writer.commit(by, action, subject, () -> new Deed.Changed(null, json));
        } catch (ApiException e) {
            throw new ApiException(400, sentence("It was {done}, but the audit log entry could not be written.", done));
        }
    }
}
