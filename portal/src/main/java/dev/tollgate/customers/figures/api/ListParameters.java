package dev.tollgate.customers.figures.api;

import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.customers.figures.CallPage;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Limit;
import dev.tollgate.http.Parameter;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyView;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The query parameters of lists for scripts. An unknown one is refused by name (400). */
public record ListParameters(Exchange exchange) {

    private static final int TEXT_CHARS_MAX = 256;
    private static final String NEXT = "the 'next' of an answer to the same question";

    public @Nullable String text(String name) {
        String text = exchange.query(name);
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (text.length() > TEXT_CHARS_MAX) {
            throw Parameter.wrong(name, text, "at most " + TEXT_CHARS_MAX + " characters");
        }
        return text;
    }

    public int limit(int standard, int most) {
        return Limit.of(most, standard).read(text("limit"));
    }

    /** Returns the place in an account's calls at which the page begins; null for the first page. */
    @Nullable
    String place() {
        String text = text("after");
        if (text != null && !CallPage.isPlace(text)) {
            throw Parameter.wrong("after", text, NEXT);
        }
        return text;
    }

    /** Returns the call before which a page of all accounts' calls begins; null for the first page. */
    @Nullable
    String callId() {
        String text = text("after");
        if (text != null && !CompletionIds.isOne(text)) {
            throw Parameter.wrong("after", text, NEXT);
        }
        return text;
    }

    /** UTC where there is none. */
    ZoneId zone() {
        String text = text("tz");
        try {
            return text == null ? ZoneOffset.UTC : ZoneId.of(text).normalized();
        } catch (DateTimeException e) {
            throw Parameter.wrong(
                    "tz", text, "a name of the time zone database, e.g. Europe/Berlin, or an offset, e.g. +02:00");
        }
    }

    /** A date begins at midnight in the zone. The plus of an offset, written into a URL as it is, comes as a blank. */
    public @Nullable Instant time(String name, ZoneId zone) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        Instant time = WrittenTime.timeOrDay(text.replace(' ', '+'), zone);
        if (time == null) {
            throw Parameter.wrong(
                    name,
                    text,
                    "a date (2026-11-30) or a time with its offset (2026-11-30T14:03:09Z), as ISO 8601 has it");
        }
        return time;
    }

    /** Returns the keys whose calls are listed: an API key itself, else the requested ones of the account. */
    KeyFilter keys(KeyCaller caller) {
        return new KeyFilter(keyId(caller), text("team"), text("member"), KeyView.ALL);
    }

    private @Nullable String keyId(KeyCaller caller) {
        String wanted = text("key");
        if (caller.key().settings().kind() == KeyKind.MANAGEMENT) {
            return wanted;
        }
        String own = caller.key().id();
        if (wanted != null && !wanted.equals(own)) {
            throw Parameter.wrong(
                    "key",
                    wanted,
                    "this key's own id, '" + own + "': an API key lists its own calls, a management key the account's");
        }
        return own;
    }
}
