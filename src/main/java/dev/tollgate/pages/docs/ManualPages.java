package dev.tollgate.pages.docs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.FirstCall;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.ModelsHandler;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import templates.manual.JtemodelGenerated;
import templates.manual.JtemodelsGenerated;
import templates.manual.JtepageGenerated;

/**
 * {@code /docs} and what is under it.
 *
 * @param clock the time by which prices come into force
 * @param isOpen asked each time: whether strangers may make an account
 */
public record ManualPages(Catalogue catalogue, ModelLife life, InstantSource clock, BooleanSupplier isOpen) {

    /** The address of this server in the files. */
    static final String ADDRESS = "http://127.0.0.1:8080";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(Manual.ROOT, pages.everybody(), this::page),
                pages.get(Manual.ROOT + "/{page}", pages.everybody(), this::page),
                pages.get(Reference.ROOT + "/{page}", pages.everybody(), this::page),
                pages.get(Manual.MODELS, pages.everybody(), this::models),
                pages.get(Manual.MODELS + "/{id...}", pages.everybody(), this::model));
    }

    private PageStep page(PageRequest<Visitor> request) {
        if (request.path().equals(Manual.QUICKSTART)) {
            return PageStep.to(Manual.ROOT);
        }
        Manual.Page page = Manual.ofThisProgram().page(request.path());
        if (page == null) {
            throw ApiError.of(ErrorCode.INVALID_REQUEST, "The documentation has no page of this name.")
                    .withStatus(404)
                    .asException();
        }
        boolean open = isOpen.getAsBoolean();
        return PageStep.show((out, shell) ->
                        JtepageGenerated.render(out, null, shell, open, contents(request), page.title(), page.html()))
                .shared(new PageStep.Shared(open, ADDRESS, escaped(request.address())));
    }

    /** Returns a text for HTML, since it may come from the request. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private PageStep models(PageRequest<Visitor> request) {
        List<ModelFacts> models = catalogue.all().stream().map(this::facts).toList();
        boolean open = isOpen.getAsBoolean();
        return PageStep.show((out, shell) ->
                JtemodelsGenerated.render(out, null, shell, open, contents(request), models, retirements(models)));
    }

    /** Model ids by retirement notice: several models may share a notice. */
    private static Map<String, String> retirements(List<ModelFacts> models) {
        Map<String, String> retirements = new LinkedHashMap<>();
        for (ModelFacts model : models) {
            if (model.retirement() != null) {
                retirements.merge(model.retirement(), model.model().id(), (ids, id) -> ids + ", " + id);
            }
        }
        return retirements;
    }

    private PageStep model(PageRequest<Visitor> request) {
        String id = request.param("id");
        Model model = catalogue.find(id);
        if (model == null) {
            throw ModelsHandler.notFound(id).asException();
        }
        FirstCall call = FirstCall.of(request.address(), FirstCall.VARIABLE, life.current(model));
        ModelFacts facts = facts(model);
        boolean open = isOpen.getAsBoolean();
        return PageStep.show(
                (out, shell) -> JtemodelGenerated.render(out, null, shell, open, contents(request), facts, call));
    }

    private ModelFacts facts(Model model) {
        return ModelFacts.of(model, life, clock.instant());
    }

    private static List<Manual.Part> contents(PageRequest<?> request) {
        return Manual.ofThisProgram().contents(request.path());
    }
}
