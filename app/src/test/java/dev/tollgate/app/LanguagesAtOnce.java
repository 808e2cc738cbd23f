package dev.tollgate.app;

import dev.tollgate.base.words.Language;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.FilledInstallation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;

/** Eight people who read the same pages and live figures at the same time, each in a language that is drawn (L45). */
record LanguagesAtOnce(FilledInstallation used, List<Language> languages) {

    private static final int PEOPLE = 8;
    private static final int PAGES_EACH = Effort.isLong() ? 1_500 : 75;

    /** What a session has of its own. Golden files mask more, for ten times the work. */
    private static final Pattern OWN = Pattern.compile(
            "(?:name=\"(?:csrf|once|sealed|as|carried|session|looked|id|payment)\" value|data-csrf)=\"[A-Za-z0-9_.=-]{16,}\"");

    private static final String LIVE = "/dashboard/live?since=0";
    private static final List<String> PATHS = List.of(
            "/status",
            "/docs",
            "/docs/billing",
            "/docs/models",
            "/docs/models/gemini-3.1-pro",
            "/docs/search?q=key",
            LIVE,
            "/dashboard",
            "/dashboard/usage",
            "/dashboard/requests",
            "/dashboard/keys",
            "/dashboard/billing",
            "/dashboard/members",
            "/dashboard/settings",
            "/playground");

    /** Returns what differs from the answers that came one at a time. */
    List<String> differences() throws Exception {
        List<Browser> people = new ArrayList<>();
        for (int i = 0; i < PEOPLE; i++) {
            Browser person = used.browser(100 + i);
            used.signIn(person, "ann@example.org");
            people.add(person);
        }
        Map<String, String> alone = new HashMap<>();
        for (String path : PATHS) {
            for (Language language : languages) {
                String asked = PagesInLanguagesTest.in(language, path);
                alone.put(asked, read(people.getFirst(), asked, language));
            }
        }
        ConcurrentLinkedQueue<String> found = new ConcurrentLinkedQueue<>();
        alone.forEach((asked, text) -> {
            if (!text.contains(asked.startsWith(LIVE) ? "\"list:running\":[{" : "<main")) {
                found.add(asked + ": " + text);
            }
        });
        long seed = Effort.seed("languages.seed");
        try (ExecutorService threads = Executors.newFixedThreadPool(PEOPLE)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < PEOPLE; i++) {
                Browser person = people.get(i);
                Random drawn = new Random(seed + i);
                all.add(threads.submit(() -> {
                    for (int n = 0; n < PAGES_EACH; n++) {
                        Language language = languages.get(drawn.nextInt(languages.size()));
                        String asked = PagesInLanguagesTest.in(language, PATHS.get(drawn.nextInt(PATHS.size())));
                        if (!read(person, asked, language).equals(alone.get(asked))) {
                            found.add(asked);
                        }
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        return List.copyOf(found);
    }

    private static String read(Browser person, String asked, Language language) {
        if (asked.startsWith(LIVE)) {
            return person.event(asked);
        }
        Browser.Page page = person.get(asked);
        String tag = page.header("content-language");
        return page.status() == 200 && tag.equals(language.tag())
                ? OWN.matcher(page.body()).replaceAll("")
                : page.status() + " in '" + tag + "'";
    }
}
