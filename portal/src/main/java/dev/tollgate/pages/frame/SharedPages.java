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

    /** Addresses of this server whose pages are kept, packed and not; under further ones, which a caller may make up, each answer is a copy. */
    private static final int FORMS_MAX = 8;

    private final Map<Key, Drawn> pages = new ConcurrentHashMap<>();

    private final int pagesMax;

    private record Key(
            String path,
            Object state,
            OperatorWords words,
            Language language,
            @Nullable Year year) {}

    private record Drawn(String html, Map<Form, SharedBytes> byForm) {}

    private record Form(String word, boolean isPacked) {}

    /** The sent bytes: one of the first two members. @param isPacked whether they are gzip */
    record PageBytes(byte @Nullable [] own, @Nullable SharedBytes shared, boolean isPacked) {

        void send(Exchange exchange, int status) {
            if (isPacked) {
                Packing.mark(exchange);
            }
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

    /** @param packs whether the caller reads gzip @param drawing draws the page, if that has not happened yet */
    PageBytes page(
            String path,
            boolean packs,
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
        Form form = new Form(by.word(), packs);
        SharedBytes known = drawn.byForm.get(form);
        if (known != null) {
            return new PageBytes(null, known, packs);
        }
        byte[] html = filled(drawn.html, by);
        if (drawn.byForm.size() >= FORMS_MAX) {
            return new PageBytes(html, null, false);
        }
        return new PageBytes(
                null,
                drawn.byForm.computeIfAbsent(form, _ -> new SharedBytes(packs ? Packing.packed(html) : html)),
                packs);
    }

    static byte[] filled(String html, PageStep.Shared by) {
        return html.replace(by.hole(), by.word()).getBytes(StandardCharsets.UTF_8);
    }
}
