// Light, dark, or as the system has it; and what is lit up at first.

const label = element("label", "Colours ");
const themes = element("select");
for (const theme of ["system", "light", "dark"]) themes.append(element("option", theme));
themes.addEventListener("change", () => {
  if (themes.value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = themes.value;
});
label.append(themes);
document.querySelector("header nav").append(label);

if (rows.length) {
  const sees = (index) => !rows[index].block && steps[rows[index].last].field?.all === false;
  const maps = rows.map((_, index) => index).filter(sees);
  light(maps.length ? maps[maps.length - 1] : 0);
}
