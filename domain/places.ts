/** Countries and their regions, as documents and tax rates name them. */

/** Of an address that names no country. */
export const OUR_COUNTRY = 'US';

/** Three-letter codes that partners send; we keep two letters (ISO 3166-1). */
const COUNTRIES: ReadonlyMap<string, string> = new Map(
  Object.entries({ USA: 'US', CAN: 'CA', MEX: 'MX', AUS: 'AU', BRA: 'BR' }),
);

/** Countries whose addresses are incomplete without a state or province. */
const WITH_REGIONS: ReadonlySet<string> = new Set(['US', 'CA', 'AU', 'MX', 'BR']);

const NAMES: Readonly<Record<string, string>> = {
  US: `AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|
    DC District of Columbia|DC Washington DC|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|
    KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|
    MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|
    NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|
    SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|
    WY Wyoming|PR Puerto Rico|GU Guam|VI Virgin Islands|VI US Virgin Islands|AS American Samoa|
    MP Northern Mariana Islands`,
  CA: `AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NL Newfoundland|
    NS Nova Scotia|NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|
    YT Yukon|YT Yukon Territory`,
};

const CODE = /^[A-Z]{2}$/;

const CODES: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).flatMap(([country, names]) =>
    names.split('|').map((named): [string, string] => {
      const [code = '', ...words] = named.trim().split(' ');
      return [`${country}/${nameForm(words.join(' '))}`, code];
    }),
  ),
);

/** The two-letter code. A blank country is ours; a name that we do not know stays as it is. */
export function countryCode(text: string): string {
  const code = text.trim().toUpperCase();
  return code === '' ? OUR_COUNTRY : (COUNTRIES.get(code) ?? code);
}

/** The code of a state or province, of which the US and Canadian ones are known by name too. */
export function regionCode(country: string, text: string): string {
  // No name is so short, and most orders have the code.
  if (CODE.test(text)) return text;
  return CODES.get(`${country}/${nameForm(text)}`) ?? text.trim().toUpperCase();
}

export function hasRegions(country: string): boolean {
  return WITH_REGIONS.has(country);
}

/** Without accents, case and punctuation: Québec and QUEBEC are the same. */
function nameForm(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[^\p{L}\s]/gu, '')
    .trim()
    .replace(/\s+/g, ' ')
    .toUpperCase();
}
