package dev.tollgate.customers.mail;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.words.Amount;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import dev.tollgate.base.words.Plural;
import dev.tollgate.customers.roles.MemberEvent;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.testing.MarkedLanguages;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LettersTest {

    private static final String TO = "ann@example.org";
    private static final String NAME = "n".repeat(Letters.NAME_CHARS_MAX);
    private static final Instant AT = Instant.parse("2026-11-30T23:00:00Z");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Language CHINESE = Languages.read("zh-Hans").language("zh-Hans");

    private static final Language OTHER = new Language("xx", "Other", Plural.NONE, Language.ENGLISH.signs(), _ -> null);

    static Stream<Language> each() {
        return Stream.of(Language.ENGLISH, CHINESE, MarkedLanguages.ACCENTED);
    }

    private static Letters letters(String brand, Language language) {
        List<Language> further = language.isEnglish() ? List.of() : List.of(language);
        return new Letters(
                brand, URI.create("https://tollgate.example"), Languages.of(further, List.of(), language.tag()));
    }

    /** Returns all mails, with the same name for everything that has one. */
    private static List<Letter> all(Letters letters, String name) {
        List<String> many = Collections.nCopies(30, name);
        Amount amount = new Amount(1_234_500_000L);
        List<Function<String, Letter>> all = new ArrayList<>(List.of(
                to -> letters.signUp(to, "/x", Duration.ofHours(24)),
                letters::alreadyThere,
                to -> letters.confirm(to, "/x", Duration.ofHours(24)),
                to -> letters.reset(to, "/x", Duration.ofHours(1)),
                letters::passwordChanged,
                to -> letters.identityConnected(to, name),
                letters::addressChanged,
                letters::addressChanging,
                to -> letters.invitation(to, "/x", Duration.ofDays(7)),
                to -> letters.joining(to, name, "/x", Duration.ofDays(7)),
                letters::test,
                to -> letters.balanceBelow(to, amount, amount),
                to -> letters.keyNear(
                        to,
                        sentence(
                                "The key '{key}' has used {used} of {limit} credits, its spend limit in total.",
                                name,
                                amount,
                                amount),
                        false),
                to -> letters.budgetNear(
                        to, sentence("monthly budget of team {name}", name), 80, amount, amount, AT.atZone(BERLIN)),
                to -> letters.budgetNear(to, sentence("total budget of {name}", name), 100, amount, amount, null),
                to -> letters.webhookDisabled(to, name),
                to -> letters.keysExpire(to, name, many, Collections.nCopies(30, AT)),
                to -> letters.keysUnused(to, name, many, 90),
                to -> letters.creditsExpire(to, name, many),
                to -> letters.planEnds(to, name, name, AT),
                to -> letters.planRefunded(to, name, name, AT),
                to -> letters.modelsChange(to, List.of()),
                to -> letters.modelsAnswered(to, List.of()),
                to -> letters.booksDiffer(to, AT, 1_000_000, "tollgate-20261129T080000Z.db"),
                to -> letters.statement(to, YearMonth.of(2026, 11), List.of("pay_1"))));
        for (MemberEvent event : MemberEvent.values()) {
            Letters.MemberChange change = new Letters.MemberChange(name, name, event, MemberRole.ADMIN, "somebody");
            all.add(to -> letters.memberChanged(to, change, false));
            all.add(to -> letters.memberChanged(to, change, true));
            all.add(to -> letters.memberChanged(to, new Letters.MemberChange(name, "", event, null, ""), false));
        }
        return all.stream()
                .map(letter -> letters.to(new Reader(TO, null), letter))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("each")
    void each_mail_can_be_sent_with_the_longest_names(Language language) {
        assertThat(all(letters(NAME, language), NAME)).hasSizeGreaterThan(20);
    }

    @Test
    void a_mail_says_all_but_names_and_links_in_its_readers_language() {
        for (Letter letter : all(letters("7", MarkedLanguages.ACCENTED), "7")) {
            String left = letter.subject() + "\n" + letter.text().replaceAll("(?m)^https://\\S+$", "");
            for (String before = ""; !before.equals(left); ) {
                before = left;
                left = left.replaceAll("⟦[^⟦⟧]*⟧", "");
            }
            assertThat(left.replace("somebody", "")).as(letter.text()).doesNotContainPattern("\\p{L}");
        }
    }

    @Test
    void amounts_and_times_have_the_form_of_the_readers_language() {
        Amount amount = new Amount(1_234_500_000L);
        Function<Letters, Function<String, Letter>> budget = letters -> to -> letters.budgetNear(
                to, sentence("monthly budget of {name}", "Search"), 80, amount, amount, AT.atZone(BERLIN));
        Letters english = letters("Tollgate", Language.ENGLISH);
        Letters chinese = letters("Tollgate", CHINESE);
        assertThat(english.to(new Reader(TO, null), budget.apply(english)).text())
                .contains("1234.5 of 1234.5 credits are used. It will reset at 2026-12-01T00:00:00+01:00.");
        Letter translated = chinese.to(new Reader(TO, null), budget.apply(chinese));
        assertThat(translated.subject()).isEqualTo("Search 的每月预算已用去 80%");
        assertThat(translated.text()).contains("1,234.50 / 1,234.50 点", "2026年12月1日 00:00:00 Europe/Berlin");

        Function<Letters, Function<String, Letter>> statement =
                letters -> to -> letters.statement(to, YearMonth.of(2026, 11), List.of());
        assertThat(english.to(new Reader(TO, null), statement.apply(english)).subject())
                .isEqualTo("Your statement for 2026-11 at Tollgate");
        assertThat(chinese.to(new Reader(TO, null), statement.apply(chinese)).subject())
                .isEqualTo("您在 Tollgate 的 2026年11月对账单");
    }

    private static List<String> languages(Languages offered, String... ofReaders) {
        Letters letters = new Letters("Tollgate", URI.create("https://ai.example.org"), offered);
        List<String> found = new ArrayList<>();
        for (String language : ofReaders) {
            Letter unused = letters.to(new Reader("ada@example.org", language), to -> {
                found.add(Language.now().tag());
                return letters.test(to);
            });
        }
        return found;
    }

    @Test
    void a_mail_is_made_in_the_language_of_its_reader() {
        assertThat(languages(Languages.of(List.of(OTHER), List.of(), "en"), "xx", "en", null, "gone"))
                .containsExactly("xx", "en", "en", "en");
        assertThat(languages(Languages.of(List.of(OTHER), List.of(), "xx"), "en", null, "gone"))
                .containsExactly("en", "xx", "xx");
    }
}
