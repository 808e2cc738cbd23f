package dev.tollgate.pages.frame;

import dev.tollgate.base.words.Language;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.SharedBytes;
import java.nio.charset.StandardCharsets;
import java.time.Year;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Pages that are the same for every stranger: drawn once, and in memory once however many read them slowly. Thread-safe. */
final class SharedPages {

    private static final String HTML = "text/html; charset=utf-8";

    /** The most pages of each offered language. */
    private static final int PAGES_MAX = 256;

    /** Addresses of this server whose pages are kept; under further ones, which a caller may make up, each answer is a copy. */
    private static final int WORDS_MAX = 4;

    private final Map<Key, Drawn> pages = new ConcurrentHashMap<>();

    private final int pagesMax;

    private record Key(
            String path,
            Object state,
            OperatorWords words,
            Language language,
            @Nullable Year year) {}

    private record Drawn(String html, Map<String, SharedBytes> byWord) {}

    /** The sent bytes: one of the two members. */
    record PageBytes(byte @Nullable [] own, @Nullable SharedBytes shared) {

        void send(Exchange exchange, int status) {
            if (shared != null) {
                exchange.send(status, HTML, shared);
            } else if (own != null) {
                exchange.send(status, HTML, own);
            }
        }
    }

    /** @param languages the number of those that are offered */
    SharedPages(int languages) {
        this.pagesMax = PAGES_MAX * languages;
    }

    /** @param drawing draws the page, if that has not happened yet */
    PageBytes page(
            String path,
            OperatorWords words,
            Language language,
            @Nullable Year year,
            PageStep.Shared by,
            Supplier<byte[]> drawing) {
        if (pages.size() > pagesMax) {
            pages.clear();
        }
        Drawn drawn = pages.computeIfAbsent(
                new Key(path, by.state(), words, language, year),
                _ -> new Drawn(new String(drawing.get(), StandardCharsets.UTF_8), new ConcurrentHashMap<>()));
        SharedBytes known = drawn.byWord.get(by.word());
        if (known != null) {
            return new PageBytes(null, known);
        }
        byte[] html = filled(drawn.html, by);
        if (drawn.byWord.size() >= WORDS_MAX) {
            return new PageBytes(html, null);
        }
        return new PageBytes(null, drawn.byWord.computeIfAbsent(by.word(), _ -> new SharedBytes(html)));
    }

    static byte[] filled(String html, PageStep.Shared by) {
        return html.replace(by.hole(), by.word()).getBytes(StandardCharsets.UTF_8);
    }
}
