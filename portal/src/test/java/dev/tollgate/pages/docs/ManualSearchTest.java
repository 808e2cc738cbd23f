package dev.tollgate.pages.docs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.words.Language;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Questions of readers in their words. */
class ManualSearchTest {

    private static final String DEVELOPERS = """
            how much does a call cost: billing
            cheaper: billing
            how are thoughts charged: billing
            delete my data: data
            export my data: data
            how long is my data stored: data
            webhook signature: organizations
            429: errors-and-retries
            402: errors-and-retries
            what does a 401 mean: errors-and-retries
            when should I try again: errors-and-retries
            invoice: billing
            refund: billing
            receipts: billing
            statement of a month: billing
            timeout: limits
            rate limits: limits
            how large can a request be: limits
            create an API key: reference/keys
            rotate a key: reference/keys
            management key: keys
            use Claude Code: clients
            Codex: clients
            images: images
            can I send a PDF: chat-completions
            function calling: chat-completions
            structured output: chat-completions
            JSON schema: chat-completions
            streaming: chat-completions
            idempotency: chat-completions
            embeddings: embeddings
            vectors: embeddings
            estimate the price of a call: estimate
            invite a colleague: organizations
            budget of a team: organizations
            role of an admin: organizations
            usage by day: usage
            python: quickstart
            price of a model: models""";

    private static final String OPERATORS = """
            backup: trouble
            PostgreSQL: upgrade
            upgrade to a new version: upgrade
            prometheus: monitoring
            add a channel: channels
            close a month: months
            a monthly plan paid by bank transfer: reselling
            set a price: reference/prices-and-money
            systemd: install
            the admin key: first-hour
            how fast is it: performance""";

    private static List<String> misses(String questions, Book book) {
        List<String> misses = new ArrayList<>();
        questions.lines().map(line -> line.split(": ")).forEach(line -> {
            List<Finder.Place> found = find(line[0], book);
            String first = found.isEmpty() ? "nothing" : found.getFirst().href();
            String page = line[1].equals("quickstart") ? Manual.ROOT : Manual.ROOT + "/" + line[1];
            if (!first.replaceFirst("#.*", "").equals(page)) {
                misses.add(line[0] + ": " + line[1] + ", but found "
                        + found.stream().limit(4).map(Finder.Place::href).toList());
            }
        });
        return misses;
    }

    private static List<Finder.Place> find(String question, Book book) {
        return Manual.ofThisProgram().find(question, book, Language.ENGLISH).stream()
                .map(Manual.Found::place)
                .toList();
    }

    @Test
    void each_question_finds_its_page_first() {
        assertThat(Stream.of(DEVELOPERS, OPERATORS).flatMap(String::lines)).hasSizeGreaterThan(40);
        assertThat(misses(DEVELOPERS, Book.DEVELOPERS)).isEmpty();
        assertThat(misses(OPERATORS, Book.OPERATORS)).isEmpty();
    }

    @Test
    void the_shown_book_ranks_first() {
        String question = "timeouts";
        assertThat(find(question, Book.OPERATORS).getFirst().href()).startsWith("/docs/configuration");
        assertThat(find(question, Book.DEVELOPERS).getFirst().href()).doesNotStartWith("/docs/configuration");
    }

    @Test
    void an_answer_shows_where_the_words_are() {
        assertThat(find("invoice", Book.DEVELOPERS).stream().limit(3).map(Finder.Place::text))
                .allSatisfy(text -> assertThat(text.toLowerCase(Locale.ROOT))
                        .contains("invoice")
                        .hasSizeLessThan(170)
                        .doesNotContain(" ,", "  "));
    }
}
