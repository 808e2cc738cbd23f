package dev.tollgate.pages.entrance;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import dev.tollgate.customers.people.People;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.settings.SettingsPages;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code /language}: the switch of languages, which leads back to the page that it was on (L19). It needs no token: the most that another site's
 * form could do is a page in another language, and pages of strangers are shared bytes, which hold none. The origin is checked all the same.
 */
public record LanguageSwitch(People people, Languages languages) {

    private static final String PATH = "/language";
    private static final String FIELD = "lang";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.open(PATH, pages.everybody(), (request, form) -> choose(request, form, back(pages, request))));
    }

    /** An empty field means the browser's language; an unknown one changes nothing. */
    private PageStep choose(PageRequest<Visitor> request, Form form, PageStep.Move back) {
        String tag = form.text(FIELD);
        Language chosen = languages.find(tag);
        if (chosen == null && !tag.isEmpty()) {
            return back;
        }
        String setting = chosen == null ? null : chosen.tag();
        if (request.visitor() instanceof Visitor.Member member
                && !member.session().codeDue()
                && !Objects.equals(member.person().preferences().language(), setting)) {
            SettingsPages.count(people, member.person());
            people.setLanguage(member.person(), setting);
        }
        return PageStep.inLanguage(request, setting, back);
    }

    private static PageStep.Move back(Pages pages, PageRequest<Visitor> request) {
        URI from = request.from();
        if (from == null) {
            return PageStep.to("/");
        }
        String path = from.getRawPath();
        return path == null || !path.startsWith("/") || path.startsWith("//") || !pages.isShown(path)
                ? PageStep.to("/")
                : PageStep.to(path + query(from.getRawQuery()));
    }

    /** Returns a page's query without the language, which would go before the choice. */
    private static String query(@Nullable String query) {
        String rest = query == null
                ? ""
                : Arrays.stream(query.split("&"))
                        .filter(part -> !part.equals(FIELD) && !part.startsWith(FIELD + "="))
                        .collect(Collectors.joining("&"));
        return rest.isEmpty() ? "" : "?" + rest;
    }
}
