package dev.tollgate.stress;

import java.util.Random;
import java.util.regex.Pattern;

/**
 * What one call is to be like, on both sides of the gateway; drawn from a seed. A call's number within its trial can be read off
 * whatever is charged for it: it is in the count of its prompt's tokens, whether these are reported or estimated (a token is made
 * of {@value #BYTES_PER_TOKEN} bytes throughout).
 *
 * @param tokensEach output tokens of each event
 * @param leaveAfterMillis when its (first) caller loses patience; never where 0
 * @param keyedCallers who ask for it at once under one Idempotency-Key; without such a key where 0
 * @param door the protocol in which they ask
 * @param compacts whether they ask for a summary of their prompt (E73)
 */
record CallPlan(
        int trial,
        int number,
        Wallet wallet,
        Tariff tariff,
        boolean stream,
        boolean hasMaximum,
        int events,
        int gapMillis,
        int tokensEach,
        Reporting reporting,
        Fault fault,
        int leaveAfterMillis,
        int keyedCallers,
        Door door,
        boolean compacts) {

    /** The protocol in which it is asked. */
    enum Door {
        CHAT("/v1/chat/completions", "data: \\[DONE]\n\n"),
        MESSAGES("/v1/messages", "event: message_stop\ndata: .*\n\n"),
        RESPONSES("/v1/responses", "event: response\\.(completed|incomplete)\ndata: .*\n\n"),
        /** Each of its events is an image by a request of its own. Its last event alone has a charge. */
        IMAGES("/v1/images/generations", "data: .*\"credits_consumed\":(?!0[,}]).*\n\n");

        final String path;
        final Pattern streamEnd;

        Door(String path, String streamEnd) {
            this.path = path;
            this.streamEnd = Pattern.compile(streamEnd);
        }
    }

    /** The kind of account: with money to spare and wide budgets, with less than the running calls would hold, or under spend limits and tight budgets. */
    enum Wallet {
        RICH,
        POOR,
        LIMITED
    }

    /** The owner of the key that calls: no one but the account, a member, a member in a team, or a team. */
    enum KeyOwner {
        ACCOUNT,
        MEMBER,
        MEMBER_IN_TEAM,
        TEAM
    }

    /** The moment at which the upstream reports usage. */
    enum Reporting {
        EACH_EVENT,
        LAST_EVENT,
        NEVER
    }

    enum Fault {
        NONE,
        /** The first attempt gets nothing but a 503. */
        BUSY_FIRST,
        /** The first attempt is reset before it has had an event. */
        RESET_FIRST,
        RESET_MIDWAY
    }

    /** The prices of the two kinds of model, written down once more: a harness that asked the price book would share its mistakes. */
    enum Tariff {
        WHOLE_HUNDREDTHS("gemini-2.5-pro") {
            @Override
            long micros(long prompt, long output, long thoughts) {
                return Math.max(10_000, (prompt * 57 + output * 450) / 10_000 * 10_000);
            }
        },
        UNITS("google/gemini-2.5-pro") {
            @Override
            long micros(long prompt, long output, long thoughts) {
                long tenths = prompt * 2625;
                return (tenths + 500) / 1_000 * 100 + (output + thoughts) * 2_100;
            }
        },
        /** Of a model that makes images; of the text of its answers. */
        IMAGES("gemini-3.1-flash-lite-image") {
            @Override
            long micros(long prompt, long output, long thoughts) {
                return prompt * 50 + (output + thoughts) * 300;
            }
        };

        final String model;

        Tariff(String model) {
            this.model = model;
        }

        abstract long micros(long prompt, long output, long thoughts);
    }

    static final int BYTES_PER_TOKEN = 4;

    /** The bytes of the text that asks for a summary; they are in the prompt, too. */
    private static final int ASKING_BYTES = 403;

    static final int PROMPT_TOKENS_LEAST = 500;
    static final int THOUGHT_TOKENS = 10;
    static final int IMAGE_TOKENS = 1_120;
    private static final long IMAGE_MICROS = IMAGE_TOKENS * 6_000L;
    private static final String IMAGE =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    static CallPlan draw(long seed, int trial, int number) {
        Random random = new Random(seed * 1_000_003 + number);
        random.nextLong();
        int kind = random.nextInt(10);
        int model = random.nextInt(8);
        Tariff tariff = model < 2 ? Tariff.UNITS : model < 4 ? Tariff.IMAGES : Tariff.WHOLE_HUNDREDTHS;
        Door door = door(random, tariff);
        int events = door == Door.IMAGES || kind < 6 ? 1 + random.nextInt(4) : 5 + random.nextInt(30);
        int tokensMost = tariff != Tariff.WHOLE_HUNDREDTHS ? 400 / events : kind == 9 ? 600 : 60;
        return new CallPlan(
                trial,
                number,
                random.nextInt(3) > 0 ? Wallet.RICH : random.nextBoolean() ? Wallet.POOR : Wallet.LIMITED,
                tariff,
                random.nextInt(5) < 3,
                random.nextInt(3) == 0,
                events,
                kind < 4 ? 0 : random.nextInt(25),
                1 + random.nextInt(tokensMost),
                oneOf(random, Reporting.values()),
                random.nextInt(10) < 8 ? Fault.NONE : fault(random, door),
                random.nextInt(5) == 0 ? 1 + random.nextInt(200) : 0,
                Math.max(0, random.nextInt(10) - 7),
                door,
                random.nextInt(3) == 0);
    }

    /** Messages must name a maximum, which plans leave out with prices by the unit, and has no images. */
    private static Door door(Random random, Tariff tariff) {
        Door door = oneOf(random, Door.values());
        return switch (door) {
            case CHAT, RESPONSES -> door;
            case MESSAGES -> tariff == Tariff.WHOLE_HUNDREDTHS ? door : Door.RESPONSES;
            case IMAGES -> tariff == Tariff.IMAGES ? door : Door.CHAT;
        };
    }

    /** An answer of one event cannot be torn off between two. */
    private static Fault fault(Random random, Door door) {
        Fault fault = oneOf(random, Fault.values());
        return fault == Fault.RESET_MIDWAY && door == Door.IMAGES ? Fault.NONE : fault;
    }

    private static <T> T oneOf(Random random, T[] all) {
        return all[random.nextInt(all.length)];
    }

    /** Returns the same call by callers who wait for its end. */
    CallPlan patient() {
        return with(wallet, fault, 0, keyedCallers);
    }

    /** A call of the same kind with money to spare and an upstream that is well, by one caller. */
    CallPlan untroubled(boolean keyed) {
        return with(Wallet.RICH, Fault.NONE, leaveAfterMillis, keyed ? 1 : 0);
    }

    private CallPlan with(Wallet wallet, Fault fault, int leaveAfterMillis, int keyedCallers) {
        return new CallPlan(
                trial,
                number,
                wallet,
                tariff,
                stream,
                hasMaximum,
                events,
                gapMillis,
                tokensEach,
                reporting,
                fault,
                leaveAfterMillis,
                keyedCallers,
                door,
                compacts);
    }

    private boolean isCompaction() {
        return compacts && door == Door.RESPONSES && tariff != Tariff.IMAGES;
    }

    /** Returns the owner of the key that calls. */
    KeyOwner keyOwner() {
        return KeyOwner.values()[number / 2 % KeyOwner.values().length];
    }

    boolean isKeyed() {
        return keyedCallers > 0;
    }

    int promptTokens() {
        return PROMPT_TOKENS_LEAST + number;
    }

    String mark() {
        return "call " + trial + "-" + number + ".";
    }

    /** A request whose prompt says which call it is. */
    String body() {
        int bytes = promptTokens() * BYTES_PER_TOKEN - (isCompaction() ? ASKING_BYTES : 0);
        String prompt = mark() + "x".repeat(bytes - mark().length());
        if (door == Door.IMAGES) {
            return "{\"model\":\"" + tariff.model + "\",\"stream\":" + stream + ",\"n\":" + events + ",\"prompt\":\""
                    + prompt + "\"}";
        }
        // A summary without a maximum ends at 16,384 tokens, and an answer may be longer here.
        boolean mayHaveMaximum =
                tariff == Tariff.WHOLE_HUNDREDTHS && (hasMaximum || door == Door.MESSAGES || isCompaction());
        String maximum = !mayHaveMaximum
                ? ""
                : door == Door.RESPONSES ? "\"max_output_tokens\":30000," : "\"max_tokens\":30000,";
        return "{\"model\":\"" + tariff.model + "\",\"stream\":" + stream + "," + maximum
                + (door == Door.RESPONSES ? "\"input\"" : "\"messages\"")
                + ":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}"
                + (isCompaction() ? ",{\"type\":\"compaction_trigger\"}]}" : "]}");
    }

    /** The event that has the image of an answer with text and an image; -1 if there is none. */
    private int imageAt() {
        return tariff == Tariff.IMAGES ? number % events : -1;
    }

    /** An event of the answer, from 0; the first holds the thoughts, the last the reason why it ends. An image of several is an answer of one event. */
    String event(int index) {
        boolean isImages = door == Door.IMAGES;
        boolean last = isImages || index == events - 1;
        String thought = isImages || index > 0
                ? ""
                : "{\"text\":\"" + "t".repeat(THOUGHT_TOKENS * BYTES_PER_TOKEN) + "\",\"thought\":true},";
        String part = isImages || index == imageAt()
                ? "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" + IMAGE + "\"}}"
                : "{\"text\":\"" + "y".repeat(tokensEach * BYTES_PER_TOKEN) + "\"}";
        boolean reports = reporting == Reporting.EACH_EVENT || (reporting == Reporting.LAST_EVENT && last);
        return "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + thought + part + "]}"
                + (last ? ",\"finishReason\":\"STOP\"" : "") + "}]"
                + (reports ? ",\"usageMetadata\":" + (isImages ? usage(0, 1, 0) : usage(index + 1)) : "")
                + ",\"modelVersion\":\"m\"}\r\n\r\n";
    }

    private String usage(int eventsSent) {
        return usage(textTokens(eventsSent), images(eventsSent), THOUGHT_TOKENS);
    }

    private String usage(long text, int images, int thoughts) {
        long output = text + (long) images * IMAGE_TOKENS;
        return "{\"promptTokenCount\":" + promptTokens() + ",\"candidatesTokenCount\":" + output
                + (images == 0
                        ? ""
                        : ",\"candidatesTokensDetails\":[{\"modality\":\"IMAGE\",\"tokenCount\":"
                                + images * IMAGE_TOKENS + "}]")
                + ",\"thoughtsTokenCount\":" + thoughts + ",\"totalTokenCount\":" + (promptTokens() + output + thoughts)
                + "}";
    }

    private int images(int eventsSent) {
        return door == Door.IMAGES ? eventsSent : imageAt() >= 0 && imageAt() < eventsSent ? 1 : 0;
    }

    private long textTokens(int eventsSent) {
        return (long) tokensEach * (eventsSent - images(eventsSent));
    }

    /** What so many events cost, whether usage was reported or has to be estimated. */
    long micros(int eventsSent) {
        return door == Door.IMAGES
                ? eventsSent * (tariff.micros(promptTokens(), 0, 0) + IMAGE_MICROS)
                : tariff.micros(promptTokens(), textTokens(eventsSent), THOUGHT_TOKENS)
                        + images(eventsSent) * IMAGE_MICROS;
    }

    /** The fewest events of a completed answer. One of several images whose request fails is not asked again, except by a call that is made anew. */
    int eventsWhole() {
        return door == Door.IMAGES && events > 1 && fault != Fault.NONE ? events - 1 : events;
    }

    /** Events of one answer, before it is torn off. */
    int eventsSent() {
        return door == Door.IMAGES ? 1 : fault == Fault.RESET_MIDWAY ? events / 2 : events;
    }
}
