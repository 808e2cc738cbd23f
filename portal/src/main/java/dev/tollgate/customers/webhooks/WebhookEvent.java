package dev.tollgate.customers.webhooks;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.MemberEvent;
import dev.tollgate.jobs.Job;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** The events that webhooks receive: their names, when they are sent, and their data. What is sent and what the page shows as an example come from here. */
public enum WebhookEvent {
    BUDGET_THRESHOLD(
            "budget.threshold",
            sentence("A budget is used up to 50, 80 or 100 %."),
            now -> text(ofBudget("team_4fT9", "month", 80, 401_200_000, 500_000_000))),
    MEMBER_JOINED(
            MemberEvent.JOIN.webhookName(),
            sentence("A person joins."),
            now -> AccountLog.eventData("mem_8Qk2", "per_8Qk2", AccountLog.json("role", "member"))),
    MEMBER_LEFT(
            MemberEvent.LEAVE.webhookName(),
            sentence("A person leaves or is removed."),
            now -> AccountLog.eventData("mem_8Qk2", "per_1Zb7", AccountLog.json("key_5Rw3", "delete"))),
    MEMBER_ROLE(
            MemberEvent.ROLE.webhookName(),
            sentence("A member gets another role."),
            now -> AccountLog.eventData("mem_8Qk2", "per_1Zb7", AccountLog.json("role", "admin"))),
    BALANCE_LOW(
            "balance.low",
            sentence("The balance falls below the line of a member's notices."),
            now -> text(ofBalance(980_000_000, 1_000_000_000))),
    GRANT_EXPIRING(
            "grant.expiring",
            sentence("Credits of a grant expire within 7 days."),
            now -> text(ofGrant(3, 250_000_000, now.plus(Duration.ofDays(7))))),
    PLAN_CLOSED(
            "plan.closed",
            sentence("The operator has closed the account's plan."),
            now -> text(ofPlan("pro", "pro", now.plus(Duration.ofDays(20))))),
    KEY_EXPIRING(
            "key.expiring",
            sentence("A key expires within 7 days."),
            now -> text(ofExpiringKey("key_5Rw3", "laptop", now.plus(Duration.ofDays(7))))),
    KEY_UNUSED(
            "key.unused",
            sentence("A key made no call for 90 days."),
            now -> text(ofUnusedKey("key_5Rw3", "laptop", now.minus(Duration.ofDays(90))))),
    BATCH_COMPLETED(Job.Kind.BATCH, "completed", sentence("All lines of a batch have ended.")),
    BATCH_FAILED(Job.Kind.BATCH, "failed", sentence("A batch has failed.")),
    BATCH_EXPIRED(Job.Kind.BATCH, "expired", sentence("The 24 hours of a batch were over before its last line.")),
    BATCH_CANCELLED(Job.Kind.BATCH, "cancelled", sentence("A batch was cancelled, and its last call has ended.")),
    BATCH_PAUSED(Job.Kind.BATCH, "paused", sentence("A batch waits, for credits for example. It goes on by itself.")),
    RESPONSE_COMPLETED(Job.Kind.RESPONSE, "completed", sentence("A response in the background is complete.")),
    RESPONSE_INCOMPLETE(Job.Kind.RESPONSE, "incomplete", sentence("A response in the background was cut.")),
    RESPONSE_FAILED(Job.Kind.RESPONSE, "failed", sentence("A response in the background has failed.")),
    RESPONSE_CANCELLED(Job.Kind.RESPONSE, "cancelled", sentence("A response in the background was cancelled.")),
    INTERACTION_COMPLETED(Job.Kind.INTERACTION, "completed", sentence("An interaction in the background is complete.")),
    INTERACTION_REQUIRES_ACTION(
            Job.Kind.INTERACTION, "requires_action", sentence("An interaction in the background calls functions.")),
    INTERACTION_INCOMPLETE(Job.Kind.INTERACTION, "incomplete", sentence("An interaction in the background was cut.")),
    INTERACTION_FAILED(Job.Kind.INTERACTION, "failed", sentence("An interaction in the background has failed.")),
    INTERACTION_CANCELLED(
            Job.Kind.INTERACTION, "cancelled", sentence("An interaction in the background was cancelled.")),
    TEST(
            "webhook.test",
            sentence("Someone presses “Send a test event”. All webhooks get it."),
            now -> AccountLog.json("by", "per_1Zb7"));

    /** The events that a webhook can leave out. */
    public static final List<WebhookEvent> CHOSEN =
            Arrays.stream(values()).filter(event -> event != TEST).toList();

    /** A group of events. Who chooses all of it also receives its events of later versions. */
    public enum Group {
        /** The group that a webhook without a choice receives. */
        ORGANIZATION(1_000),
        BATCHES(500),
        /** Responses and interactions in the background. */
        BACKGROUND(500);

        private final int waitingMax;

        Group(int waitingMax) {
            this.waitingMax = waitingMax;
        }

        /** Returns its name in a webhook's choice. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns its events that a webhook can leave out. */
        public List<WebhookEvent> events() {
            return CHOSEN.stream().filter(event -> event.group == this).toList();
        }

        /** Returns how many deliveries of a webhook may wait; past it, further events of this group are left out. */
        int waitingMax() {
            return waitingMax;
        }
    }

    private static final String JOB_CHARS = "202611201159301234567892aB34cD5";

    private final Group group;
    private final String text;
    private final Sentence when;
    private final Function<Instant, String> example;

    WebhookEvent(String text, Sentence when, Function<Instant, String> example) {
        this(Group.ORGANIZATION, text, when, example);
    }

    /** An event of jobs. @param state in which they are */
    WebhookEvent(Job.Kind kind, String state, Sentence when) {
        this(
                kind == Job.Kind.BATCH ? Group.BATCHES : Group.BACKGROUND,
                kind.code() + "." + state,
                when,
                now -> text(ofJob(kind.shown(JOB_CHARS))));
    }

    WebhookEvent(Group group, String text, Sentence when, Function<Instant, String> example) {
        this.group = group;
        this.text = text;
        this.when = when;
        this.example = example;
    }

    /** Returns its name in a delivery. */
    public String text() {
        return text;
    }

    public Group group() {
        return group;
    }

    /** Returns when it is sent, in a sentence. */
    public Sentence when() {
        return when;
    }

    /** Returns data as an event of this kind has them. @param now the time of the event */
    public String example(Instant now) {
        return example.apply(now);
    }

    /** Returns the event of a name; null for none. */
    public static @Nullable WebhookEvent of(String text) {
        return Arrays.stream(values())
                .filter(event -> event.text.equals(text))
                .findFirst()
                .orElse(null);
    }

    /** Returns data as they are stored with a delivery. */
    public static String text(Consumer<JsonGenerator> data) {
        return new String(ApiJson.object(256, data), StandardCharsets.UTF_8);
    }

    // ---- data ----

    /** @param percent that was reached */
    public static Consumer<JsonGenerator> ofBudget(
            String owner, String window, int percent, long usedMicros, long limitMicros) {
        return json -> {
            json.writeStringProperty("owner", owner);
            json.writeStringProperty("window", window);
            json.writeNumberProperty("percent", percent);
            ApiJson.credits(json, "used", usedMicros);
            ApiJson.credits(json, "limit", limitMicros);
        };
    }

    /** @param lineMicros of the notices of a member */
    public static Consumer<JsonGenerator> ofBalance(long balanceMicros, long lineMicros) {
        return json -> {
            ApiJson.credits(json, "balance", balanceMicros);
            ApiJson.credits(json, "line", lineMicros);
        };
    }

    /** @param number of the grant in its account */
    public static Consumer<JsonGenerator> ofGrant(long number, long leftMicros, Instant expiresAt) {
        return json -> {
            json.writeNumberProperty("grant", number);
            ApiJson.credits(json, "left", leftMicros);
            ApiJson.time(json, "expires_at", expiresAt);
        };
    }

    /** @param endsAt end of the last period */
    public static Consumer<JsonGenerator> ofPlan(String id, String name, Instant endsAt) {
        return json -> {
            json.writeStringProperty("plan", id);
            json.writeStringProperty("name", name);
            ApiJson.time(json, "ends_at", endsAt);
        };
    }

    public static Consumer<JsonGenerator> ofExpiringKey(String id, String name, Instant expiresAt) {
        return key(id, name, "expires_at", expiresAt);
    }

    /** @param lastUsedAt the creation of a key that was never used */
    public static Consumer<JsonGenerator> ofUnusedKey(String id, String name, Instant lastUsedAt) {
        return key(id, name, "last_used_at", lastUsedAt);
    }

    /** @param id of a job, as its callers have it */
    static Consumer<JsonGenerator> ofJob(String id) {
        return json -> json.writeStringProperty("id", id);
    }

    private static Consumer<JsonGenerator> key(String id, String name, String time, Instant at) {
        return json -> {
            json.writeStringProperty("key", id);
            json.writeStringProperty("name", name);
            ApiJson.time(json, time, at);
        };
    }
}
