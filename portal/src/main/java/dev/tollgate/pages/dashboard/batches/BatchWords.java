package dev.tollgate.pages.dashboard.batches;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.BatchNote;
import dev.tollgate.jobs.BatchRemarks;
import dev.tollgate.jobs.Job;
import dev.tollgate.pages.frame.Display;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The states of batches in words, and why they wait or have ended, by their codes. Pure. */
public final class BatchWords {

    private static final int SERVER_ERROR = 500;

    private BatchWords() {}

    /** Returns what a job is. */
    public static String kind(Job.Kind kind) {
        return switch (kind) {
            case RESPONSE -> say("Background response");
            case INTERACTION -> say("Background interaction");
            case BATCH -> say("Batch");
        };
    }

    /** Returns the state in one word; a batch that waits is paused. */
    public static String state(Batch batch) {
        return switch (batch.status()) {
            case VALIDATING -> isPaused(batch) ? say("batch::paused") : say("batch::being checked");
            case IN_PROGRESS -> isPaused(batch) ? say("batch::paused") : say("running");
            case CANCELLING -> say("batch::being cancelled");
            case COMPLETED -> say("completed");
            case FAILED -> say("failed");
            case EXPIRED -> say("batch::expired");
            case CANCELLED -> say("cancelled");
        };
    }

    /** Returns the style of the state. */
    public static String badge(Batch batch) {
        return switch (batch.status()) {
            case VALIDATING, IN_PROGRESS -> isPaused(batch) ? "warn" : "run";
            case COMPLETED -> "ok";
            case FAILED -> "bad";
            case CANCELLING, EXPIRED, CANCELLED -> "warn";
        };
    }

    public static boolean isPaused(Batch batch) {
        return batch.job().isOpen() && batch.job().pause() != null;
    }

    /** Returns the reason of a pause in a word or two; null without a pause. */
    public static @Nullable String brief(Job.@Nullable Pause pause) {
        return switch (pause) {
            case null -> null;
            case CREDITS -> say("pause::credits");
            case LIMIT -> say("pause::spend limit");
            case RATES -> say("pause::rate limit");
            case KEY -> say("pause::key");
            case STORAGE -> say("pause::storage");
            case PRICE -> say("pause::price");
            case PROVIDER -> say("pause::provider");
        };
    }

    /** Returns the reason of a pause in a sentence. */
    static String sentence(Job.Pause pause) {
        return switch (pause) {
            case CREDITS -> say("The credits that can pay for the next line do not cover its maximum.");
            case LIMIT -> say("A spend limit or a budget is used up.");
            case RATES -> say("The key or the account has reached a rate limit.");
            case KEY ->
                say(
                        "The key cannot be used: it, its team or the account is turned off, or the key has expired or is deleted.");
            case STORAGE -> say("The account's storage for files and results is full.");
            case PRICE -> say("The next line could cost more than is left of the batch's maximum.");
            case PROVIDER -> say("The provider has refused the latest calls.");
        };
    }

    /** Returns what a batch is doing, or what has stopped it, in sentences. @param remarks null if they cannot be read */
    static List<String> story(Batch batch, @Nullable BatchRemarks remarks, Instant now, ZoneId zone) {
        Job job = batch.job();
        List<String> story = new ArrayList<>();
        if (isPaused(batch)) {
            story.add(sentence(Objects.requireNonNull(job.pause())));
            story.add(say(
                    "Paused since {time}. It continues automatically.",
                    Display.time(Objects.requireNonNull(job.pausedAt()), zone)));
            if (job.dueAt().isAfter(now)) {
                story.add(say("The next attempt is at {time}.", Display.time(job.dueAt(), zone)));
            }
        }
        Instant end = Objects.requireNonNullElse(job.endedAt(), now);
        switch (batch.status()) {
            case VALIDATING ->
                story.add(say("The lines are being checked. No line runs and nothing is charged before that ends."));
            case IN_PROGRESS ->
                story.add(say("Lines that have not started by {time} expire.", Display.time(job.deadline(), zone)));
            case CANCELLING -> story.add(say("No more lines start. Running lines end and are charged."));
            case COMPLETED -> story.add(say("All lines ended by {time}.", Display.time(end, zone)));
            case FAILED -> story.add(failure(remarks));
            case EXPIRED ->
                story.add(say(
                        "The 24 hours were over at {time}, before all lines had started. Its results stay available.",
                        Display.time(end, zone)));
            case CANCELLED ->
                story.add(say(
                        "The batch was cancelled and ended at {time}. Its results stay available.",
                        Display.time(end, zone)));
        }
        return story;
    }

    private static String failure(@Nullable BatchRemarks remarks) {
        if (remarks == null) {
            return say("The batch failed. Its reason is no longer readable.");
        }
        if (!remarks.faults().isEmpty()) {
            return say("The input file is not valid. No line ran and nothing was charged.");
        }
        BatchRemarks.Reason reason = remarks.reason();
        return switch (reason == null ? "" : reason.code()) {
            case "input_gone" -> say("The input file was gone before all lines had run. Its results stay available.");
            case "too_many_errors" ->
                say("The batch ended early because too many lines failed. Its results stay available.");
            case "internal_error" ->
                say("The servers that checked the lines stopped before the end. Nothing was charged.");
            default ->
                say(
                        "The service was restored from a copy while the batch was open. Create a batch of the missing lines. Its results stay available.");
        };
    }

    /** Returns the error's own message, which is English, for a page that says more than its code. */
    static @Nullable String message(Batch batch, @Nullable BatchRemarks remarks) {
        BatchRemarks.Reason reason = remarks == null ? null : remarks.reason();
        boolean isShown = isPaused(batch) && batch.job().pause() != Job.Pause.PRICE;
        return reason != null && isShown ? reason.message() : null;
    }

    /** Lines with one error. @param status HTTP's */
    public record Errors(int status, String words, long lines) {

        static List<Errors> of(Map<Integer, Long> errors) {
            return errors.entrySet().stream()
                    .map(each -> new Errors(each.getKey(), words(each.getKey()), each.getValue()))
                    .toList();
        }

        private static String words(int status) {
            if (status >= SERVER_ERROR) {
                return say("The server or the provider had an error.");
            }
            return switch (status) {
                case 402 -> say("The model costs more than the key allows.");
                case 404 -> say("The model does not exist, or the key may not use it.");
                case 413 -> say("The line or its response was too large.");
                default -> say("The request was not valid.");
            };
        }
    }

    /** Returns a note in the reader's language, by its code. */
    public static String note(BatchNote note) {
        return switch (note.code()) {
            case FLEX ->
                say(
                        "{model}: {n} line at the service tier flex, at {percent} % of the price. | {model}: {n} lines at the service tier flex, at {percent} % of the price.",
                        note.name(), note.lines(), note.percent());
            case NO_FLEX ->
                say(
                        "{model}: {n} line without the service tier flex, at the price of any call. | {model}: {n} lines without the service tier flex, at the price of any call.",
                        note.name(),
                        note.lines());
            case NO_EFFECT ->
                say(
                        "{field} has no effect in a batch. It is in {n} line. | {field} has no effect in a batch. It is in {n} lines.",
                        note.name(),
                        note.lines());
        };
    }

    /** Returns a fault of the input in the reader's language, by its code. */
    public static String fault(BatchRemarks.Fault fault) {
        return switch (fault.code()) {
            case "empty_file" -> say("The file has no lines.");
            case "too_many_tasks" -> say("The file has too many lines.");
            case "line_too_long" -> say("The line is too long.");
            case "duplicate_custom_id" -> say("Another line has the same custom_id.");
            case "too_many_invalid_requests" -> say("Too many lines would be refused.");
            case "invalid_json_line" -> say("The line is not valid JSON.");
            case "missing_required_parameter" -> say("A required field is missing.");
            case "url_mismatch" -> say("The url of the line is not the endpoint of the batch.");
            default -> say("The request was not valid.");
        };
    }
}
