package dev.tollgate.pages.frame;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Plural;
import dev.tollgate.http.SharedBytes;
import java.nio.charset.StandardCharsets;
import java.time.Year;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedPagesTest {

    private static final OperatorWords NO_WORDS = new OperatorWords(null, List.of(), true, Money.DOLLARS);

    private final SharedPages pages = new SharedPages(2);
    private final AtomicInteger drawn = new AtomicInteger();
    private Language language = Language.ENGLISH;
    private Year year = Year.of(2026);

    private SharedPages.PageBytes page(OperatorWords words, boolean open, String address) {
        return page(words, open, address, false);
    }

    private SharedPages.PageBytes page(OperatorWords words, boolean open, String address, boolean packs) {
        return pages.page("/docs", packs, words, language, year, new PageStep.Shared(open, "HERE", address), () -> {
            drawn.incrementAndGet();
            return "curl HERE/v1, HERE".getBytes(StandardCharsets.UTF_8);
        });
    }

    @Test
    void a_page_is_drawn_once_and_shared_by_its_readers() {
        assertThat(page(NO_WORDS, true, "http://a").shared())
                .isNotNull()
                .isSameAs(page(NO_WORDS, true, "http://a").shared());
        assertThat(page(NO_WORDS, true, "http://b").shared())
                .isNotSameAs(page(NO_WORDS, true, "http://a").shared());
        assertThat(drawn).hasValue(1);
    }

    @Test
    void a_page_is_drawn_once_for_both_forms() {
        SharedBytes plain = page(NO_WORDS, true, "http://a").shared();
        SharedPages.PageBytes packed = page(NO_WORDS, true, "http://a", true);
        assertThat(packed.isPacked()).isTrue();
        assertThat(packed.shared())
                .isNotSameAs(plain)
                .isSameAs(page(NO_WORDS, true, "http://a", true).shared());
        assertThat(drawn).hasValue(1);
    }

    @Test
    void a_page_is_drawn_for_each_language() {
        SharedBytes english = page(NO_WORDS, true, "http://a").shared();
        language = new Language("xx", "Other", Plural.NONE, Language.ENGLISH.signs(), _ -> null);
        assertThat(page(NO_WORDS, true, "http://a").shared()).isNotSameAs(english);
        assertThat(drawn).hasValue(2);
    }

    @Test
    void a_page_is_drawn_again_in_another_year() {
        page(NO_WORDS, true, "http://a");
        year = year.plusYears(1);
        page(NO_WORDS, true, "http://a");
        assertThat(drawn).hasValue(2);
    }

    @Test
    void a_page_is_drawn_again_when_its_state_changes() {
        page(NO_WORDS, true, "http://a");
        page(NO_WORDS, false, "http://a");
        page(new OperatorWords("Closed on Monday", List.of(), true, Money.DOLLARS), false, "http://a");
        assertThat(drawn).hasValue(3);
    }

    @Test
    void addresses_that_callers_make_up_are_not_kept() {
        for (int i = 0; i < 8; i++) {
            assertThat(page(NO_WORDS, true, "http://" + i).shared()).isNotNull();
        }
        SharedPages.PageBytes further = page(NO_WORDS, true, "http://further");
        assertThat(further.shared()).isNull();
        assertThat(new String(further.own(), StandardCharsets.UTF_8))
                .isEqualTo("curl http://further/v1, http://further");
        assertThat(drawn).hasValue(1);
    }
}
