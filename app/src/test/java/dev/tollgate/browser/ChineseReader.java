package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.words.Languages;
import dev.tollgate.testing.ForeignText;
import dev.tollgate.testing.MailBox;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Somebody who reads pages and mails in Chinese, types Chinese, and finds no English text but what stays so (L14). Closing it fails if a page had any, if
 * one did not fit, or if axe finds something. Axe reads one page of each kind and what scripts have changed; in the long tests all. In each language a page has
 * the same elements ({@code PagesInLanguagesTest}), which axe reads in English ({@code PagesGoldenTest}).
 */
record ChineseReader(Visit visit, List<String> found) implements AutoCloseable {

    static final String TAG = "zh-Hans";

    /**
     * Latin letters in Chinese texts: names and values, the words that translations leave as they are, short numbers, and what
     * accounts, an actor, a channel, its model, a group of the walks and other languages are called.
     */
    private static final Pattern KEPT = Pattern.compile(
            ForeignText.NAMES + "|\\p{IsHan}+|\\b(?:" + String.join("|", words())
                    + ")\\b|\\b\\d+[KM]\\b|\\b[A-Z]{3,}\\b|\\b(?:[Oo]perator|Test|test|Demo|partner|sandbox|as-scripted|control socket|English|Z)\\b");

    /** A document, an entrance, a form, a list, what one thing is, a chart, the playground; an operator's list and form; what has changed since it came. */
    private static final Set<String> CLOSELY = Set.of(
            "docs-keys",
            "sign-up",
            "key-new",
            "requests",
            "request",
            "overview",
            "playground",
            "playground-402",
            "requests-live",
            "console-requests",
            "console-group-preview");

    static ChineseReader at(String origin, int width, Scheme scheme) {
        return new ChineseReader(Visit.at(origin, width, scheme), new ArrayList<>());
    }

    private static Set<String> words() {
        Set<String> words = new TreeSet<>(Effort.words());
        Stream.of(ServiceTier.values()).map(ServiceTier::word).forEach(words::add);
        Pattern word = Pattern.compile("\\w*[A-Za-z]\\w*");
        Languages.read(TAG).places().values().forEach(place -> place.values()
                .forEach(chinese -> word.matcher(chinese.replaceAll("\\{\\w+}|</?\\w+>", " "))
                        .results()
                        .forEach(found -> words.add(found.group()))));
        return words;
    }

    /** Reads the page that is shown: its texts, and for people who cannot see them. */
    void reads(String name) {
        assertThat(visit.page().getAttribute("html", "lang")).as(name).isEqualTo(TAG);
        try {
            if (dev.tollgate.testing.Effort.isLong() || CLOSELY.contains(name)) {
                visit.assertAccessible();
            } else {
                visit.assertFits();
            }
        } catch (AssertionError e) {
            found.add(name + ": " + e.getMessage());
        }
        visit.keep("zh-" + name);
        ForeignText.in(visit.page().content(), KEPT).forEach(english -> found.add(name + ": " + english));
    }

    /** Opens a page and reads it. */
    void reads(String name, String path) {
        assertThat(visit.open(path).status()).as(path).isEqualTo(200);
        reads(name);
    }

    /** Presses a button or follows a link with these words, of the page and not of its frame. */
    void press(String words) {
        visit.press("main :is(button, a):has-text('" + words + "')");
    }

    void chooses(String language) {
        visit.press(".languages button:has-text('" + language + "')");
    }

    String text() {
        return visit.page().innerText("main");
    }

    static void reads(MimeMessage mail) {
        try {
            String text = mail.getSubject() + "\n" + MailBox.text(mail);
            assertThat(text).containsPattern("\\p{IsHan}");
            assertThat(ForeignText.in(text.replaceAll("[<>]", " "), KEPT))
                    .as(text)
                    .isEmpty();
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        visit.close();
        assertThat(found).isEmpty();
    }
}
