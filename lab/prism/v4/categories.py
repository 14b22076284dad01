"""v4 categories: made at once, without a task (nutanix.md 2.7)."""

from lab.prism.call import Answer, Call
from lab.prism.fields import Fields
from lab.prism.inventory import Category
from lab.prism.paging import visible
from lab.prism.refusals import Refused
from lab.prism.v4.envelope import entity, many, one
from lab.prism.v4.routes import V4

CONFIG = "prism.v4.config"


@V4.add("GET", "/prism/config/categories")
def list_categories(call: Call) -> Answer:
    """Every category."""
    shown = [_shown(each) for each in visible(call, call.state.categories)]
    return many(call, shown, f"{CONFIG}.ListCategoriesApiResponse")


@V4.add("GET", "/prism/config/categories/{uuid}")
def get_category(call: Call, uuid: str) -> Answer:
    """One category."""
    category = _category(call, uuid)
    return one(call, _shown(category), f"{CONFIG}.GetCategoryApiResponse", of=category)


@V4.add("POST", "/prism/config/categories")
def create_category(call: Call) -> Answer:
    """Make a category; the same pair twice is refused (knob `duplicate_category`)."""
    fields = Fields(call.json)
    key = fields.text("key", longest=64)
    value = fields.text("value", longest=64)
    fields.check()
    pairs = {(each.key, each.value) for each in call.state.categories.values()}
    if (key, value) in pairs and call.knobs.duplicate_category != "allow":
        text = f"The category {key}/{value} already exists."
        raise Refused(409, "PLAT-10011", "DUPLICATE_ENTITY", text)
    description = fields.optional("description", "")
    category = Category(uuid=call.state.new_uuid(), key=key, value=value, description=description)
    call.state.categories[category.uuid] = category
    made = one(call, _shown(category), f"{CONFIG}.CreateCategoryApiResponse", of=category)
    made.status = call.knobs.category_create_status
    return made


@V4.add("DELETE", "/prism/config/categories/{uuid}")
def delete_category(call: Call, uuid: str) -> Answer:
    """Delete a category."""
    del call.state.categories[_category(call, uuid).uuid]
    return Answer(204)


def _shown(category: Category) -> dict:
    return entity(
        f"{CONFIG}.Category",
        category,
        key=category.key,
        value=category.value,
        type=category.type,
        description=category.description,
    )


def _category(call: Call, uuid: str) -> Category:
    if uuid not in call.state.categories:
        text = f"The category with UUID '{uuid}' is not found."
        raise Refused(404, "PLAT-10007", "ENTITY_NOT_FOUND", text)
    return call.state.categories[uuid]
