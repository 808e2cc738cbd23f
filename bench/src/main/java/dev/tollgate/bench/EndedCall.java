package dev.tollgate.bench;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * A call that has ended, with the values that an ordinary one writes: one attempt, no cached tokens, a receipt. Its texts have the members and the length
 * of those that the program writes.
 *
 * @param account its number, from 0
 * @param number of the account's calls, from 1
 */
record EndedCall(int account, long number, String id, long createdAt, long prompt, long completion, long thoughts) {

    static final String KEY = "key_pheTb8lJnNHQf0Vpb5";
    static final String MODEL = "gemini-2.5-pro";
    static final long HELD = 1_840_000;
    static final long CHARGED = 10_000;

    private static final HexFormat HEX = HexFormat.of();

    /** Makes the next call of an account. */
    static EndedCall next(RandomGenerator random, int account, long number, long createdAt, long count) {
        String id = "chatcmpl-" + (20_261_128_000_000L + count / 100) + (100_000_000 + count) + eight(random);
        return new EndedCall(
                account, number, id, createdAt, random.nextInt(2, 4_000), random.nextInt(10, 800), random.nextInt(400));
    }

    private static String eight(RandomGenerator random) {
        char[] text = new char[8];
        for (int i = 0; i < text.length; i++) {
            text[i] = (char) ('a' + random.nextInt(26));
        }
        return new String(text);
    }

    String accountId() {
        return accountId(account);
    }

    static String accountId(int account) {
        return "acc_" + (10_000_000 + account) + "abcdefghijkl";
    }

    String keyId() {
        return KEY + (10 + account % 12);
    }

    long endedAt() {
        return createdAt + 371;
    }

    /** Returns the request's id in 32 hexadecimal digits, which end in the call's numbers. */
    String requestDigits() {
        return HEX.toHexDigits(createdAt) + HEX.toHexDigits(number * 31 + account);
    }

    long balanceAfter() {
        return 10_000_000_000L - number * CHARGED;
    }

    /** Returns the usage as a task and a receipt print it. */
    String usage() {
        return "{\"prompt_tokens\":" + prompt + ",\"completion_tokens\":" + completion + ",\"total_tokens\":"
                + (prompt + completion + thoughts)
                + ",\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0,"
                + "\"image_tokens\":0,\"text_tokens\":" + prompt
                + "},\"completion_tokens_details\":{\"reasoning_tokens\":"
                + thoughts + ",\"audio_tokens\":0,\"text_tokens\":" + completion
                + ",\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0},\"reasoning_tokens\":" + thoughts
                + "}";
    }

    String pricing() {
        return "{\"price_version\":\"gemini-2.5-pro@2026-11\",\"input_per_million\":57,\"output_per_million\":450,"
                + "\"prompt_tokens\":" + prompt + ",\"completion_tokens\":" + completion + ",\"reasoning_tokens\":"
                + thoughts
                + ",\"reasoning_billed\":false,\"exact\":0.004614,\"charged\":0.01,\"rounding\":\"floor to 0.01, minimum 0.01\","
                + "\"rounding_rule\":{\"rule\":\"floor-total\",\"step\":0.01,\"minimum\":0.01}}";
    }

    String course() {
        return "{\"request_id\":\"req_" + requestDigits()
                + "\",\"reserved\":309750,\"asked\":325978,\"first_byte\":617307,"
                + "\"done\":663945,\"settled\":665490,\"timed\":46,\"channel\":\"sandbox\",\"upstream_model\":\"gemini-2.5-pro\","
                + "\"upstream_id\":\"VFYMVsoIRTYmrcr414oLxI\",\"stream\":false,\"attempts\":[{\"channel\":\"sandbox\","
                + "\"model\":\"gemini-2.5-pro\",\"ms\":302,\"outcome\":\"answered\"}]}";
    }

    String costs() {
        return "[{\"channel\":\"sandbox\",\"model\":\"gemini-2.5-pro\",\"prompt\":" + prompt + ",\"completion\":"
                + completion + ",\"reasoning\":" + thoughts + ",\"input\":250,\"output\":2000,\"cost\":364500}]";
    }

    /** Returns the receipt of a call. @param usage as JSON with its name, or an empty text for a receipt without */
    String receipt(String previousHash, String usage) {
        return "{\"account\":\"" + accountId() + "\",\"balance_after_micros\":" + balanceAfter()
                + ",\"charged_micros\":" + CHARGED
                + ",\"counts\":{\"audio_tokens\":0,\"cached_audio_tokens\":0,\"cached_tokens\":0,\"completion_tokens\":"
                + completion
                + ",\"prompt_tokens\":" + prompt + ",\"reasoning_tokens\":" + thoughts
                + ",\"searches\":0,\"tool_tokens\":0},"
                + "\"due_micros\":" + CHARGED + ",\"end\":\"whole\",\"form\":2,\"held_micros\":" + HELD
                + ",\"key_id\":\"sig_f5332735b0b7f965\",\"key_prefix\":\"sk-\",\"model\":\"gemini-2.5-pro\",\"previous_hash\":\""
                + previousHash
                + "\",\"price_version\":\"gemini-2.5-pro@2026-11\",\"priced_at\":\"2026-11-28T07:31:16.221Z\","
                + "\"sequence\":" + number + ",\"step\":0,\"task_id\":\"" + id
                + "\",\"tier\":\"standard\",\"time\":\"2026-11-28T07:31:16.887Z\"" + usage + "}";
    }

    static byte[] sha256(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static String hex(byte[] hash) {
        return HEX.formatHex(hash);
    }
}
