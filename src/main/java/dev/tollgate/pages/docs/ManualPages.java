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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** {@code /docs} and what is under it. */
public final class ManualPages {

    /** What the files call this server. */
    static final String ADDRESS = "http://127.0.0.1:8080";

    private final Catalogue catalogue;
    private final ModelLife life;
    private final BooleanSupplier isOpen;

    /** @param isOpen asked each time: whether strangers may make an account */
    public ManualPages(Catalogue catalogue, ModelLife life, BooleanSupplier isOpen) {
        this.catalogue = catalogue;
        this.life = life;
        this.isOpen = isOpen;
    }

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
        return show(request, "manual/page.jte", Map.of("title", page.title(), "html", page.html()))
                .shared(new PageStep.Shared(isOpen.getAsBoolean(), ADDRESS, escaped(request.address())));
    }

    /** It may come from the request. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private PageStep models(PageRequest<Visitor> request) {
        List<ModelFacts> models = catalogue.all().stream()
                .map(model -> ModelFacts.of(model, life))
                .toList();
        return show(request, "manual/models.jte", Map.of("models", models, "retirements", retirements(models)));
    }

    /** Model ids by retirement notice: several models may share a notice. */
    private static Map<String, String> retirements(List<ModelFacts> models) {
        Map<String, String> retirements = new LinkedHashMap<>();
        for (ModelFacts model : models) {
            if (model.retirement() != null) {
                retirements.merge(model.retirement(), model.id(), (ids, id) -> ids + ", " + id);
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
        return show(request, "manual/model.jte", Map.of("model", ModelFacts.of(model, life), "call", call));
    }

    private PageStep.Show show(PageRequest<Visitor> request, String template, Map<String, Object> params) {
        Map<String, Object> all = new HashMap<>(params);
        all.put("open", isOpen.getAsBoolean());
        all.put("contents", Manual.ofThisProgram().contents(request.path()));
        return PageStep.show(template, all);
    }
}
