package dev.tollgate.pages.docs;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.words.Language;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.FirstCall;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.lists.ModelsHandler;
import dev.tollgate.models.prices.GroupFactors;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import templates.manual.JtefoundGenerated;
import templates.manual.JtemodelGenerated;
import templates.manual.JtemodelsGenerated;
import templates.manual.JtepageGenerated;
import templates.manual.JtesearchGenerated;

/**
 * {@code /docs} and what is under it.
 *
 * @param clock the time by which prices come into force
 * @param speeds of the models, on the pages of them
 * @param isOpen asked each time: whether strangers may make an account
 */
public record ManualPages(
        SoldTo sold, ModelLife life, InstantSource clock, ModelSpeeds speeds, BooleanSupplier isOpen) {

    /** The address of this server in the files. */
    static final String ADDRESS = "http://127.0.0.1:8080";

    private static final String MARKDOWN = ".md";
    private static final String MARKDOWN_TYPE = "text/markdown";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(Manual.ROOT, pages.everybody(), this::page),
                pages.get(Manual.ROOT + "/{page}", pages.everybody(), this::page),
                pages.get(Manual.ROOT + "/search", pages.everybody(), this::search),
                pages.get("/llms.txt", pages.everybody(), request -> Language.ENGLISH.bound(() -> list(request))),
                pages.get(Manual.ROOT + "/" + Reference.NAME + "/{page}", pages.everybody(), this::page),
                pages.get(Manual.MODELS, pages.everybody(), this::models),
                pages.get(Manual.MODELS + "/{id...}", pages.everybody(), this::model));
    }

    private PageStep page(PageRequest<Visitor> request) {
        String path = request.path();
        String moved = Outline.moved(path);
        if (moved != null) {
            return PageStep.to(moved);
        }
        if (path.endsWith(MARKDOWN)) {
            String chapter = path.substring(0, path.length() - MARKDOWN.length());
            return Language.ENGLISH.bound(() -> markdown(request, chapter));
        }
        Language language = request.language();
        Manual manual = Manual.ofThisProgram();
        Manual.Page page = manual.page(path, language);
        if (page == null) {
            throw none();
        }
        boolean open = isOpen.getAsBoolean();
        Samples samples = Samples.of(sold.standard(), life);
        Language ofText = page.translation() == null ? Language.ENGLISH : language;
        Map<String, String> alternates =
                request.site().alternates(path, each -> each.isEnglish() || manual.isTranslated(path, each));
        return PageStep.show((out, shell) -> JtepageGenerated.render(
                        out,
                        null,
                        shell.withAlternates(alternates),
                        open,
                        manual.contents(path, language),
                        page.title(),
                        samples.inHtml(page.html(), ofText)))
                .shared(new PageStep.Shared(List.of(open, samples), ADDRESS, escaped(request.address())));
    }

    private static ApiException none() {
        return ApiError.of(ErrorCode.INVALID_REQUEST, sentence("The documentation has no page of this name."))
                .withStatus(404)
                .asException();
    }

    // ---- for programs

    private PageStep markdown(PageRequest<Visitor> request, String path) {
        if (path.equals(Manual.MODELS)) {
            return new PageStep.Text(MARKDOWN_TYPE, prices());
        }
        Manual.Page page = Manual.ofThisProgram().page(path.equals(Manual.QUICKSTART) ? Manual.ROOT : path);
        if (page == null) {
            throw none();
        }
        String text = Samples.of(sold.standard(), life).inMarkdown(page.markdown());
        return new PageStep.Text(MARKDOWN_TYPE, text.replace(ADDRESS, request.address()));
    }

    private String prices() {
        StringBuilder text =
                new StringBuilder("# Models and prices\n\nCredits per million tokens; 1 credit = $0.005.\n\n"
                        + "| Model | In | Out | Context, tokens | Other rates |\n|---|---|---|---|---|\n");
        for (Model each : sold.standard().all()) {
            ModelFacts facts = facts(each, sold.standard());
            Model model = facts.model();
            text.append("| `%s` | %s | %s | %d | %s |\n"
                    .formatted(
                            model.id(),
                            Display.price(model.pricing().inputMicrosPerMillion()),
                            Display.price(model.pricing().outputMicrosPerMillion()),
                            model.upstream().inputTokensMax(),
                            String.join("; ", otherRates(facts))));
        }
        return text.toString();
    }

    /** Returns one line for each rate in credits apart from input and output, and for each coming change. */
    private static List<String> otherRates(ModelFacts facts) {
        PriceFacts price = facts.price();
        Tariff tariff = price.pricing().tariff();
        List<String> lines = new ArrayList<>();
        for (Rate rate : Rate.OPTIONAL) {
            if (tariff.rates().has(rate)) {
                String amount = Display.price(rate.of(tariff.rates()));
                lines.add(
                        switch (rate) {
                            case SEARCH ->
                                "Search " + amount + " per thousand "
                                        + (price.isSearchByCall() ? "calls that search" : "queries");
                            case MAPS -> "Google Maps " + amount + " per thousand calls";
                            default -> rate.label() + " " + amount;
                        });
            }
        }
        PriceRates.Step above = tariff.above();
        if (above != null) {
            String changes = String.join(", ", PriceFacts.changes(tariff.rates(), above.rates(), Money.CREDITS));
            lines.add("Above " + Display.number(above.promptTokens()) + " prompt tokens: "
                    + (changes.isEmpty() ? "the same rates" : changes));
        }
        if (!price.tiers().isEmpty()) {
            lines.add("Tiers " + price.tiers());
        }
        if (!price.made(Money.CREDITS).isEmpty()) {
            lines.add(price.made(Money.CREDITS));
        }
        lines.addAll(facts.changes(Money.CREDITS));
        return lines;
    }

    /** The pages for programs that read documentation, as llmstxt.org describes it. */
    private PageStep list(PageRequest<Visitor> request) {
        StringBuilder text =
                new StringBuilder("# Tollgate\n\n> An AI API with prepaid credits: OpenAI's Chat Completions and"
                        + " Responses, Anthropic's Messages and the Gemini API, at " + request.address() + "\n");
        Manual manual = Manual.ofThisProgram();
        for (String book : List.of(Manual.ROOT, Manual.INSTALL)) {
            for (Manual.Part part : manual.contents(book, Language.ENGLISH).parts()) {
                text.append("\n## ").append(part.title()).append("\n\n");
                for (Manual.Entry entry : part.entries()) {
                    String path = entry.href().equals(Manual.ROOT) ? Manual.QUICKSTART : entry.href();
                    text.append("- [%s](%s%s.md)\n".formatted(entry.title(), request.address(), path));
                }
            }
        }
        return new PageStep.Text("text/plain", text.toString());
    }

    // ---- search

    /** A page with what was found, or for the script of the pages the list alone. */
    private PageStep search(PageRequest<Visitor> request) {
        String asked = Objects.requireNonNullElse(request.query("q"), "");
        String question = asked.substring(0, Math.min(asked.length(), Finder.QUESTION_CHARS_MAX));
        boolean isForOperators = Book.OPERATORS.word().equals(request.query("book"));
        Language language = request.language();
        Manual manual = Manual.ofThisProgram();
        Manual.Contents contents = manual.contents(isForOperators ? Manual.INSTALL : request.path(), language);
        List<Manual.Found> found = manual.find(question, contents.book(), language);
        if (request.query("list") != null) {
            return PageStep.show((out, shell) -> JtefoundGenerated.render(out, null, question, found));
        }
        boolean open = isOpen.getAsBoolean();
        return PageStep.show(
                (out, shell) -> JtesearchGenerated.render(out, null, shell, open, contents, question, found));
    }

    /** Returns a text for HTML, since it may come from the request. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private PageStep models(PageRequest<Visitor> request) {
        Catalogue catalogue = catalogue(request);
        List<ModelFacts> all = catalogue.all().stream()
                .map(model -> facts(request, model, catalogue))
                .toList();
        ModelList list = ModelList.of(request, all, speeds.speeds());
        boolean open = isOpen.getAsBoolean();
        return PageStep.show((out, shell) -> JtemodelsGenerated.render(out, null, shell, open, list));
    }

    private PageStep model(PageRequest<Visitor> request) {
        String id = request.param("id");
        Catalogue catalogue = catalogue(request);
        Model model = catalogue.find(id);
        if (model == null) {
            throw ModelsHandler.notFound(id).asException();
        }
        FirstCall call = FirstCall.of(request.address(), FirstCall.VARIABLE, life.current(model));
        ModelFacts facts = facts(request, model, catalogue);
        boolean open = isOpen.getAsBoolean();
        ModelSpeeds.Speed speed = speeds.speeds().get(model.id());
        return PageStep.show((out, shell) -> JtemodelGenerated.render(out, null, shell, open, facts, speed, call));
    }

    /** Returns the models at the prices of the visitor's account, at standard prices without one. */
    private Catalogue catalogue(PageRequest<Visitor> request) {
        return request.visitor() instanceof Visitor.Member member
                ? sold.catalogue(member.accountId(), clock.instant())
                : sold.standard();
    }

    private ModelFacts facts(Model model, Catalogue catalogue) {
        return ModelFacts.of(model, catalogue, life, clock.instant());
    }

    /** Returns the facts at the prices of the visitor's account, with the standard price if that is another one. */
    private ModelFacts facts(PageRequest<Visitor> request, Model model, Catalogue catalogue) {
        ModelFacts facts = facts(model, catalogue);
        Instant now = clock.instant();
        Model standard = sold.standard().find(model.id());
        if (standard == null || !(request.visitor() instanceof Visitor.Member member)) {
            return facts;
        }
        int factor = sold.factor(member.accountId(), model.id(), now);
        return factor == Pricing.GROUP_ONE
                ? facts
                : facts.inGroup(new ModelFacts.OfGroup(
                        sentence(
                                "Price group {name}, {factor}.",
                                sold.group(member.accountId(), now),
                                GroupFactors.words(factor)),
                        PriceFacts.of(standard, life.offered(standard).at(now).pricing())));
    }
}
