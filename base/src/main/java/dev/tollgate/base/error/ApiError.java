package dev.tollgate.base.error;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Sentence;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A refusal or failure as the caller sees it. Immutable.
 *
 * @param code the row of the closed list
 * @param status the HTTP status, 400 to 599, 303 where a page sends its visitor to another, or 204, without a body, where a
 *     page's script is to ask no more
 * @param message in English, for programs: names the field, what came and what is allowed; never a secret
 * @param words the same for people; null if people read the message
 * @param param the field to blame, as a dotted path, or null (the key is rendered all the same: D11)
 * @param headers further response headers, in order, e.g. {@code retry-after}
 * @param shortage the figures of a refusal for lack of credits; null for other errors
 */
public record ApiError(
        ErrorCode code,
        int status,
        String message,
        @Nullable Sentence words,
        @Nullable String param,
        Map<String, String> headers,
        @Nullable Shortage shortage) {

    /** Stands for the field in a sentence (L10): programs read its quoted name, people its label. */
    public static final Sentence FIELD = Sentence.asItIs("the field");

    public ApiError {
        if ((status < 400 || status > 599) && status != 303 && status != 204) {
            throw new IllegalArgumentException("status " + status);
        }
        headers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** An error whose message people read, too. */
    public ApiError(
            ErrorCode code,
            int status,
            String message,
            @Nullable String param,
            Map<String, String> headers,
            @Nullable Shortage shortage) {
        this(code, status, message, null, param, headers, shortage);
    }

    public static ApiError of(ErrorCode code, String message) {
        return new ApiError(code, code.status(), message, null, Map.of(), null);
    }

    public static ApiError of(ErrorCode code, Sentence sentence) {
        return new ApiError(code, code.status(), sentence.english(), sentence, null, Map.of(), null);
    }

    /** Returns a refusal that says when to try again. */
    public static ApiError later(Sentence refusal, Duration wait) {
        Sentence when = sentence("Try again in {seconds} seconds.", Long.toString(wait.toSeconds() + 1));
        return of(ErrorCode.RATE_LIMIT_EXCEEDED, sentence("{a} {b}", refusal, when))
                .retryAfter(wait);
    }

    /** Returns a refusal that says when to try again. @param refusal a finished sentence */
    public static ApiError later(String refusal, Duration wait) {
        return later(Sentence.asItIs(refusal), wait);
    }

    /** Returns a 400 that names a field; {@code param} is its dotted path, e.g. {@code messages.0.role}. */
    public static ApiError invalid(@Nullable String param, String message) {
        return new ApiError(ErrorCode.INVALID_REQUEST, 400, message, param, Map.of(), null);
    }

    /** Returns a 400. @param sentence with {@link #FIELD} where it names the field */
    public static ApiError invalid(@Nullable String param, Sentence sentence) {
        String message = with(sentence, Sentence.asItIs("'" + param + "'")).english();
        return new ApiError(ErrorCode.INVALID_REQUEST, 400, message, sentence, param, Map.of(), null);
    }

    private static Sentence with(Sentence sentence, Sentence field) {
        return sentence == FIELD
                ? field
                : new Sentence(
                        sentence.pattern(),
                        sentence.values().stream()
                                .map(value -> value instanceof Sentence inner ? with(inner, field) : value)
                                .toList());
    }

    /** Returns a 400 that names a field. @param what follows the quoted name, without the full stop */
    public static ApiError wrong(String param, String what) {
        return invalid(param, quoted(param) + what + ".");
    }

    private static String quoted(String param) {
        return "'" + param + "' ";
    }

    /** Returns the sentence for people. */
    public Sentence forPeople() {
        return forPeople(Sentence.asItIs("'" + param + "'"));
    }

    /** Returns the sentence for people. @param label the field's on the page */
    public Sentence forPeople(Sentence label) {
        if (words != null) {
            return with(words, label);
        }
        String quoted = quoted(String.valueOf(param));
        return message.startsWith(quoted)
                ? new Sentence("{field} {rest}", List.of(label, message.substring(quoted.length())))
                : Sentence.asItIs(message);
    }

    /** Returns this error with its message in the language of a person, for a script of a page that shows it and learns from a header that it is no English. */
    public ApiError in(Language language) {
        return language.isEnglish()
                ? this
                : new ApiError(code, status, forPeople().in(language), words, param, headers, shortage)
                        .withHeader("content-language", language.tag());
    }

    /** Returns this error with another sentence for people. */
    public ApiError said(Sentence other) {
        return new ApiError(code, status, message, other, param, headers, shortage);
    }

    /** Returns this error with other words. @param field null for none */
    public ApiError about(@Nullable String field, String message) {
        return new ApiError(code, status, message, field, headers, shortage);
    }

    /** Returns this error about another field, with a sentence that has {@link #FIELD}. */
    public ApiError about(@Nullable String field, Sentence other) {
        return new ApiError(code, status, invalid(field, other).message, other, field, headers, shortage);
    }

    public ApiError withStatus(int status) {
        return new ApiError(code, status, message, words, param, headers, shortage);
    }

    /** Returns this error with the figures of its message. */
    public ApiError lacking(Shortage what) {
        return new ApiError(code, status, message, words, param, headers, what);
    }

    public ApiError withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ApiError(code, status, message, words, param, more, shortage);
    }

    /** {@code retry-after} in whole seconds, rounded up, and {@code retry-after-ms} (the SDKs read both; protocol 3.5). */
    public ApiError retryAfter(Duration wait) {
        long millis = Math.max(0, wait.toMillis());
        return withHeader("retry-after", Long.toString((millis + 999) / 1000))
                .withHeader("retry-after-ms", Long.toString(millis));
    }

    /** Returns this error without a time for a retry. */
    public ApiError withoutRetryAfter() {
        Map<String, String> rest = new LinkedHashMap<>(headers);
        rest.remove("retry-after");
        rest.remove("retry-after-ms");
        return new ApiError(code, status, message, words, param, rest, shortage);
    }

    /** Tells the SDKs that the same call cannot succeed (protocol 3.5). */
    public ApiError doNotRetry() {
        return withHeader("x-should-retry", "false");
    }

    /** Returns this error with the word that the same call cannot succeed, if its status says so and it names no time for a retry. */
    public ApiError doNotRetryByStatus() {
        boolean isFinal = status == 400 || status == 401 || status == 403 || status == 404;
        return isFinal && !headers.containsKey("retry-after") ? doNotRetry() : this;
    }

    public ApiException asException() {
        return new ApiException(this);
    }
}
