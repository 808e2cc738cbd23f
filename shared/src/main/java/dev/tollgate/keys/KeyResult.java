package dev.tollgate.keys;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.words.Sentence;
import java.time.Duration;

/** The result of an action on a key, and its refusals: pages and the API say the same sentence. */
public final class KeyResult {

    private KeyResult() {}

    /** A key with its secret. @param secret to be shown this once; empty if an earlier request made the key and showed it */
    public record Made(Key key, String secret) {

        @Override
        public String toString() {
            return "Made[" + key.id() + "]";
        }
    }

    public static <T> Outcome<T> noSuchKey() {
        return Outcome.refused(404, sentence("The key does not exist."));
    }

    /** Refuses a request that made a key once, which is deleted. */
    public static <T> Outcome<T> deleted() {
        return Outcome.refused(
                404, sentence("An earlier request created this key, and it was deleted. Create another key."));
    }

    /** Refuses a change of a key that was changed since it was read. @param key as it is now */
    public static <T> Outcome<T> changedMeanwhile(Key key) {
        return new Outcome.Refused<>(ApiError.invalid(
                        null, sentence("This key was changed after you read it. Read it again and repeat your change."))
                .withStatus(412)
                .withHeader("etag", key.etag()));
    }

    public static <T> Outcome<T> tooMany() {
        return Outcome.refused(
                400,
                sentence(
                        "The account, the member or the team has as many keys as it may have: {account} of the account, {member} of a member,"
                                + " {team} of a team, {all} in all. Delete an unused key first.",
                        Long.toString(KeyRows.KEYS_OF_ACCOUNT_MAX),
                        Long.toString(KeyRows.KEYS_OF_MEMBER_MAX),
                        Long.toString(KeyRows.KEYS_OF_TEAM_MAX),
                        Long.toString(KeyRows.KEYS_OF_ALL_MAX)));
    }

    public static <T> Outcome<T> tooOften(Duration left) {
        return new Outcome.Refused<>(ApiError.of(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        sentence(
                                "The account has created, rotated or changed too many keys within a day. Try again tomorrow."))
                .retryAfter(left));
    }

    /** Refuses a new secret of a personal key, with which one could read what the member's keys have kept. */
    public static <T> Outcome<T> notYours() {
        return forbidden(sentence("Only its member can get a new secret for a personal key."));
    }

    public static <T> Outcome<T> notAllowed() {
        return Outcome.refused(403, sentence("Your rights over this key do not include this."));
    }

    public static <T> Outcome<T> notByKey() {
        return forbidden(sentence(
                "A key cannot create, change or delete a management key. Sign in to do so, or ask the operator."));
    }

    /** Refuses an owner: there is no such member or team, or the member is not in the team. */
    public static <T> Outcome<T> noSuchOwner() {
        return Outcome.wrong("team", sentence("{field} must be the id of a team of this account.", FIELD));
    }

    public static <T> Outcome<T> noSuchAccount() {
        return new Outcome.Refused<>(
                ApiError.of(ErrorCode.INVALID_API_KEY, sentence("The account of this API key does not exist.")));
    }

    private static <T> Outcome<T> forbidden(Sentence sentence) {
        return new Outcome.Refused<>(
                ApiError.of(ErrorCode.INVALID_API_KEY, sentence).withStatus(403));
    }
}
