package dev.tollgate.operator.admin;

import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.http.limits.RequestRates;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.upstreams.pool.ChannelStatus;
import dev.tollgate.upstreams.pool.Trial;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What an operator does with the channels of this server. Thread-safe; blocks. */
public final class ChannelDeeds {

    /** Of a channel, by all operators together. */
    static final int TRIALS_A_MINUTE = 6;

    /** A trial tells within fewer. */
    private static final long WAIT_SECONDS = 30;

    private final boolean hasFile;
    private final BooleanSupplier reload;
    private final Supplier<List<ChannelStatus>> channels;
    private final Asking asking;
    private final Writer writer;
    private final InstantSource clock;
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
            Writer writer,
            InstantSource clock) {
        this.hasFile = hasFile;
        this.reload = reload;
        this.channels = channels;
        this.asking = asking;
        this.writer = writer;
        this.clock = clock;
    }

    /** Whether there is a file that can be read again. */
    public boolean hasFile() {
        return hasFile;
    }

    /**
     * Reads the channels file again, as a signal to the process does. It stands in the audit log whether it was taken or not.
     *
     * @return whether it was taken; one with an error changes nothing, and the log says why
     */
    public synchronized boolean reload(By by) throws Refused {
        if (!hasFile) {
            throw new Refused(Refused.Why.CONFLICT, "There is no channels file: the channel comes from the settings.");
        }
        boolean taken = reload.getAsBoolean();
        write(by, "channels.reload", "channels", new DeedJson().flag("taken", taken), taken ? "taken" : "not taken");
        return taken;
    }

    /** What came of trying a channel. @param error the class of the failure, in the words of {@code GET /admin/channels}; empty where it answered */
    public record Tried(long millis, String error) {

        public boolean hasAnswered() {
            return error.isEmpty();
        }
    }

    /**
     * Has a channel count the tokens of a few words, which costs nothing and changes nothing of its health. It stands in the audit log.
     *
     * @throws Refused for an unknown channel, one that has no free question, that is being tried, or was tried too often just now
     */
    public Tried tryOut(By by, String channelId) throws Refused {
        if (channels.get().stream().noneMatch(channel -> channel.id().equals(channelId))) {
            throw noSuchChannel();
        }
        RequestRates.Rate rate = trials.take(channelId, TRIALS_A_MINUTE);
        if (!rate.allowed()) {
            throw new Refused(
                    Refused.Why.CONFLICT,
                    "This channel was tried " + TRIALS_A_MINUTE + " times within a minute. Try again in "
                            + (rate.retryAfter().toSeconds() + 1) + " seconds.");
        }
        Tried tried =
                switch (trial(channelId)) {
                    case Trial.Answered(long millis) -> new Tried(millis, "");
                    case Trial.Failed failed ->
                        new Tried(failed.millis(), failed.kind().name().toLowerCase(Locale.ROOT));
                    case Trial.NothingFree _ ->
                        throw new Refused(
                                Refused.Why.CONFLICT,
                                "A channel of this kind cannot be tried for free: its protocol does not count tokens.");
                    case Trial.Busy _ ->
                        throw new Refused(Refused.Why.CONFLICT, "This channel is being tried right now.");
                    case Trial.NoSuchChannel _ -> throw noSuchChannel();
                };
        DeedJson after = new DeedJson().flag("answered", tried.hasAnswered()).number("milliseconds", tried.millis());
        write(by, "channel.try", channelId, tried.hasAnswered() ? after : after.text("error", tried.error()), "tried");
        return tried;
    }

    private static Refused noSuchChannel() {
        return new Refused(Refused.Why.NOT_FOUND, "There is no such channel.");
    }

    private Trial trial(String channelId) throws Refused {
        CompletableFuture<Trial> trial = new CompletableFuture<>();
        asking.tryOut(channelId, trial::complete);
        try {
            return trial.get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new Refused(Refused.Why.CONFLICT, "This channel could not be tried: the server is too busy.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused(Refused.Why.CONFLICT, "This channel could not be tried: the server stops.");
        }
    }

    /** @param done what has been done, and cannot be undone */
    private void write(By by, String action, String subject, DeedJson after, String done) throws Refused {
        String json = after.end();
        try {
            writer.commitAndWait(Unit.of(new Deed(
                    by.actor(), action, subject, by.reason(), clock.instant(), () -> new Deed.Changed(null, json))));
        } catch (StoreException e) {
            throw new Refused("It was " + done + ", but that could not be written down.");
        }
    }
}
